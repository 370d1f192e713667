{{- define "web.image" -}}
image: {{ .Values.image.tga.digest }}
{{- end }}
