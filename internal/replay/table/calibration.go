package table

import (
	"encoding/json"
	"fmt"
	"io"

	"buhuo/internal/replay"
)

// WriteCalibrationText writes what the probabilities of running out were worth, for people.
func WriteCalibrationText(w io.Writer, c replay.Calibration) error {
	text := fmt.Sprintf("%d probabilities of running out within days, told in the morning\n", c.Cases)
	text += fmt.Sprintf("calibration error %.4f, worst tenth with 100 cases %.4f\n", c.Error, c.Worst)
	text += fmt.Sprintf("Brier %.4f, of the plain run-out date %.4f, skill %.3f\n", c.Brier, c.Plain, c.Skill)
	text += "   told       cases  mean told  happened\n"
	for i, t := range c.Tenths {
		text += fmt.Sprintf("%.1f to %.1f  %8d  %9.4f  %8.4f\n", float64(i)/10, float64(i+1)/10, t.Cases, t.Told, t.Happened)
	}
	_, err := io.WriteString(w, text)
	return err
}

// WriteCalibrationCSV writes the reliability curve: a row per tenth.
func WriteCalibrationCSV(w io.Writer, c replay.Calibration) error {
	text := "from,to,cases,told,happened\n"
	for i, t := range c.Tenths {
		text += fmt.Sprintf("%.1f,%.1f,%d,%s,%s\n", float64(i)/10, float64(i+1)/10, t.Cases, number(t.Told), number(t.Happened))
	}
	_, err := io.WriteString(w, text)
	return err
}

// WriteCalibrationJSON writes all of it.
func WriteCalibrationJSON(w io.Writer, c replay.Calibration) error {
	type tenth struct {
		From     float64 `json:"from"`
		Cases    int     `json:"cases"`
		Told     float64 `json:"told"`
		Happened float64 `json:"happened"`
	}
	out := struct {
		Cases  int     `json:"cases"`
		Error  float64 `json:"expected_calibration_error"`
		Worst  float64 `json:"worst_tenth"`
		Brier  float64 `json:"brier"`
		Plain  float64 `json:"brier_run_out_date"`
		Skill  float64 `json:"brier_skill"`
		Tenths []tenth `json:"tenths"`
	}{c.Cases, c.Error, c.Worst, c.Brier, c.Plain, c.Skill, nil}
	for i, t := range c.Tenths {
		out.Tenths = append(out.Tenths, tenth{float64(i) / 10, t.Cases, t.Told, t.Happened})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(out)
}
