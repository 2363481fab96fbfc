package restockdb

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/forecast/dist"
	"buhuo/internal/replenish"
)

// TestTracePacked: whatever the windows hold comes back bit by bit, and the trace of
// an earlier program, plain JSON, is still read.
func TestTracePacked(t *testing.T) {
	number := rapid.OneOf(rapid.Float64(), rapid.Custom(func(t *rapid.T) float64 {
		return replenish.WindowsOf(fixed(rapid.Float64Range(0, 1e9).Draw(t, "x")), 1).Mean[0]
	}))
	rapid.Check(t, func(t *rapid.T) {
		var in replenish.Trace
		in.Version, in.Inputs.Unit = replenish.Version, "kg"
		in.Steps = rapid.SampledFrom([][]replenish.Message{nil, {{Key: "step.one", Args: []replenish.Arg{{Name: "n", Kind: replenish.KindQuantity, Int: 7, Unit: "kg"}}}, {Key: "step.two"}}}).Draw(t, "steps")
		in.Result.Reason = rapid.SampledFrom([][]replenish.Message{nil, {{Key: "reason.one", Args: []replenish.Arg{{Name: "who", Kind: replenish.KindText, Text: "a:b\t\x1e\n%"}}}}}).Draw(t, "reason")
		in.Inputs.Demand = replenish.Windows{Whole: true, Mean: rapid.SliceOf(number).Draw(t, "mean"), Var: rapid.SliceOf(number).Draw(t, "var")}
		packed, err := packTrace(in)
		if err != nil {
			t.Fatal(err)
		}
		out, err := unpackTrace(packed)
		if err != nil {
			t.Fatal(err)
		}
		if len(in.Inputs.Demand.Mean) == 0 {
			in.Inputs.Demand.Mean = nil
		}
		if len(in.Inputs.Demand.Var) == 0 {
			in.Inputs.Demand.Var = nil
		}
		if !reflect.DeepEqual(in, out) {
			t.Fatalf("packed %+v, read %+v", in, out)
		}
		plain, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		if out, err = unpackTrace(string(plain)); err != nil || !reflect.DeepEqual(in.Inputs, out.Inputs) {
			t.Fatalf("plain %s, read %+v, %v", plain, out, err)
		}
	})
}

// TestTraceShort: the windows of a forecast take four bytes a number.
func TestTraceShort(t *testing.T) {
	in := replenish.Trace{Inputs: replenish.Input{Demand: replenish.WindowsOf(fixed(123.4567), 60)}}
	packed, err := packTrace(in)
	if err != nil {
		t.Fatal(err)
	}
	windows, _, _ := strings.Cut(packed, partEnd)
	if most := 1 + (2*(60*4+1)*4+2)/3; len(windows) > most {
		t.Errorf("120 numbers take %d characters, more than %d", len(windows), most)
	}
}

// TestTraceDamaged: what is not a trace is refused.
func TestTraceDamaged(t *testing.T) {
	packed, err := packTrace(replenish.Trace{Inputs: replenish.Input{Demand: replenish.WindowsOf(fixed(2), 60)}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty": "", "another version": "9" + packed[1:], "cut": packed[:40], "cut windows": packed[:40] + packed[strings.Index(packed, partEnd):],
		"more windows": packed[:1] + "ABCD" + packed[1:], "more reasons": strings.Replace(packed, partEnd+"0", partEnd+"7", 1), "no base64": "1!" + packed[1:],
	} {
		if _, err := unpackTrace(text); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

// fixed is a demand without doubt.
type fixed float64

func (f fixed) Sum(k int) dist.Distribution { return dist.NewFixed(float64(f) * float64(k)) }
