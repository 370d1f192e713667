// Command floats prints hard floats as Go writes them: bits, e, g and f with 64 bits, g with 32, JSON.
//
// To capture them anew: go run ./floats > ../cases/floats.txt
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"strconv"
)

func main() {
	seen := map[uint64]bool{}
	var all []float64
	add := func(f float64) {
		if !seen[math.Float64bits(f)] && !math.IsInf(f, 0) {
			seen[math.Float64bits(f)] = true
			all = append(all, f)
		}
	}
	for _, f := range []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 0.3, 1.5, 100, 999999, 1e6, 123456789, 1e20, 1e21, -1e21, 1e22, 1e23, 999999999999999900000, 0.0001, 0.00001, 1e-6, 9.99e-7, 1e-7, 1e100, 5e-324, math.MaxFloat64, math.SmallestNonzeroFloat64, 2.2250738585072014e-308, 2.225073858507201e-308, 9007199254740991, 9007199254740992, 9007199254740993, 2.9802322387695312e-8, 9958063046873.312, 266314764729591.62, math.MaxFloat32, math.SmallestNonzeroFloat32, 1.1754944e-38, 16777216, 16777217, 0.2, 2.5, 33554434, 8388608.5, 5e-45} {
		add(f)
	}
	add(math.Nextafter(1e21, 0))
	add(math.Nextafter(1e21, 1e30))
	add(math.Nextafter(1e-6, 0))
	for _, e := range []int{-1074, -1073, -1060, -1023, -1022, -149, -148, -140, -127, -126, -60, 53, 54, 60, 69, 70, 100, 127, 128, 500, 1000, 1023} {
		add(math.Ldexp(1, e))
		add(math.Ldexp(3, e-2))
	}
	// Powers of two with many digits.
	for e := -80; e <= 80; e++ {
		f := math.Ldexp(1, e)
		if len(strconv.FormatFloat(f, 'e', -1, 64)) >= 20 {
			add(f)
		}
	}
	r := rand.New(rand.NewSource(1))
	// Few bits behind the point: decimals that end in 5, halfway between two shortest texts.
	for len(all) < 240 {
		add(math.Ldexp(float64(r.Int63n(1<<53)|1<<52|1), -(1 + r.Intn(6))))
		add(math.Ldexp(float64(r.Int63n(1<<53)), -2))
		add(math.Ldexp(float64(r.Int63n(1<<24)|1), -2-r.Intn(3)))
		add(math.Float64frombits(r.Uint64() &^ (1 << 62)))
		add(float64(math.Float32frombits(r.Uint32() &^ (1 << 30))))
	}
	for _, f := range all {
		j, _ := json.Marshal(f)
		fmt.Printf("%016x %s %s %s %s %s\n", math.Float64bits(f),
			strconv.FormatFloat(f, 'e', -1, 64), strconv.FormatFloat(f, 'g', -1, 64), strconv.FormatFloat(f, 'f', -1, 64),
			strconv.FormatFloat(float64(float32(f)), 'g', -1, 32), j)
	}
}
