#!/bin/sh
sed "s/quiet/$1/"
printf "%s\n" "---" "kind: Extra" "apiVersion: v1" "metadata: {name: extra}"
