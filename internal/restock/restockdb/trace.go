package restockdb

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"buhuo/internal/replenish"
)

// A trace is kept as JSON but for what is much of the same. The windows of the
// forecast, more than a hundred numbers of seven digits, stand before it, four bytes
// each, in base64; the steps and the reason behind it, as reasons are kept, with the
// number of the latter between. The first character is the version; an older trace
// begins with the brace of its JSON.
const (
	traceVersion = "1"
	partEnd      = "\x1e" // JSON escapes it, numbers have none
)

func packTrace(t replenish.Trace) (string, error) {
	windows := packNumbers(nil, t.Inputs.Demand.Mean)
	windows = packNumbers(windows, t.Inputs.Demand.Var)
	messages := packReason(slices.Concat(t.Steps, t.Result.Reason))
	reasons := strconv.Itoa(len(t.Result.Reason))
	t.Inputs.Demand.Mean, t.Inputs.Demand.Var, t.Steps, t.Result.Reason = nil, nil, nil, nil
	text, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	return strings.Join([]string{traceVersion + base64.RawStdEncoding.EncodeToString(windows), reasons, string(text), messages}, partEnd), nil
}

// unpackTrace reads what packTrace wrote, and the plain JSON of earlier programs.
func unpackTrace(text string) (replenish.Trace, error) {
	var t replenish.Trace
	if strings.HasPrefix(text, "{") {
		return t, json.Unmarshal([]byte(text), &t)
	}
	parts := strings.SplitN(text, partEnd, 4)
	if len(parts) < 4 || !strings.HasPrefix(text, traceVersion) {
		return t, errors.New("the trace is of no known version")
	}
	windows, err := base64.RawStdEncoding.DecodeString(parts[0][len(traceVersion):])
	if err != nil {
		return t, fmt.Errorf("the windows of the trace: %w", err)
	}
	if err := json.Unmarshal([]byte(parts[2]), &t); err != nil {
		return t, err
	}
	messages, err := unpackReason(parts[3])
	if err != nil {
		return t, err
	}
	reasons, err := strconv.Atoi(parts[1])
	if err != nil || reasons < 0 || reasons > len(messages) {
		return t, errors.New("the reason of the trace is damaged")
	}
	if steps := len(messages) - reasons; steps > 0 {
		t.Steps = messages[:steps:steps]
	}
	if reasons > 0 {
		t.Result.Reason = messages[len(messages)-reasons:]
	}
	if t.Inputs.Demand.Mean, windows, err = unpackNumbers(windows); err == nil {
		t.Inputs.Demand.Var, windows, err = unpackNumbers(windows)
	}
	if err == nil && len(windows) > 0 {
		err = errDamagedWindows
	}
	return t, err
}

var errDamagedWindows = errors.New("the windows of the trace are damaged")

// A number of at most seven digits is its power of ten, one byte from powerZero on,
// and its digits in three; any other is the byte plain and the float's eight.
const (
	powerZero = 100
	mostPower = 22 // up to which a power of ten is exact
	plain8    = 255
	mostDigit = 1 << 24
)

var powers = func() (p [mostPower + 1]float64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

func packNumbers(out []byte, list []float64) []byte {
	if out == nil {
		out = make([]byte, 0, 8*len(list)+8)
	}
	out = binary.AppendUvarint(out, uint64(len(list)))
	for _, x := range list {
		out = packNumber(out, x)
	}
	return out
}

func packNumber(out []byte, x float64) []byte {
	if x == 0 && !math.Signbit(x) {
		return append(out, powerZero, 0, 0, 0)
	}
	if x > 0 && x < 1e20 {
		e := int(math.Floor(math.Log10(x))) - 6
		for _, power := range [...]int{e, e + 1} { // the logarithm may miss by one
			if power < -mostPower || power > mostPower {
				continue
			}
			digits := math.Round(scaledBy(x, -power))
			if digits < mostDigit && scaledBy(digits, power) == x {
				d := uint32(digits)
				return append(out, byte(powerZero+power), byte(d), byte(d>>8), byte(d>>16))
			}
		}
	}
	return binary.LittleEndian.AppendUint64(append(out, plain8), math.Float64bits(x))
}

// scaledBy is x times ten to a power: of whole digits it is the nearest float, as it
// is read from its decimals.
func scaledBy(x float64, power int) float64 {
	if power < 0 {
		return x / powers[-power]
	}
	return x * powers[power]
}

func unpackNumbers(in []byte) ([]float64, []byte, error) {
	n, used := binary.Uvarint(in)
	in = in[max(used, 0):]
	if used <= 0 || n > uint64(len(in)) {
		return nil, nil, errDamagedWindows
	}
	if n == 0 {
		return nil, in, nil
	}
	list := make([]float64, n)
	for i := range list {
		switch {
		case len(in) >= 9 && in[0] == plain8:
			list[i], in = math.Float64frombits(binary.LittleEndian.Uint64(in[1:])), in[9:]
		case len(in) >= 4 && in[0] >= powerZero-mostPower && in[0] <= powerZero+mostPower:
			digits := float64(uint32(in[1]) | uint32(in[2])<<8 | uint32(in[3])<<16)
			list[i], in = scaledBy(digits, int(in[0])-powerZero), in[4:]
		default:
			return nil, nil, errDamagedWindows
		}
	}
	return list, in, nil
}
