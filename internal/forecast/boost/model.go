package boost

import (
	"encoding/json"
	"fmt"
	"math"
)

// Model is what Train learned: plain data, safe for many readers at once.
type Model struct {
	Loss    Loss      `json:"loss"`
	Columns int       `json:"columns"`
	Base    float64   `json:"base"` // score without trees
	Trees   []Tree    `json:"trees"`
	Gain    []float64 `json:"gain"` // loss that splits on each column saved, in training
}

// Tree is a tree of splits. Its root is the first node; without nodes it has one value.
type Tree struct {
	Nodes  []Node    `json:"nodes"`
	Values []float64 `json:"values"` // what each leaf adds to the score
}

// Node sends a row left when its value is at most the threshold, or is missing and MissingLeft. A
// child is a later node or, as its complement, a leaf: ^i is Values[i].
type Node struct {
	Threshold   float32 `json:"t"`
	Left        int32   `json:"l"`
	Right       int32   `json:"r"`
	Column      uint16  `json:"c"`
	MissingLeft bool    `json:"m,omitempty"`
}

func (n *Node) point(from, to int32) {
	if n.Left == from {
		n.Left = to
	} else {
		n.Right = to
	}
}

// next is written so that the processor selects instead of guessing which way a row goes.
func (n *Node) next(x float32) int32 {
	to := n.Right
	if x <= n.Threshold {
		to = n.Left
	}
	if x != x && n.MissingLeft {
		to = n.Left
	}
	return to
}

// Score is the sum of base and trees for a row with a value per column; an offset of the row is to
// be added. A shorter row panics. For Tweedie losses it is a logarithm. It allocates nothing.
func (m *Model) Score(row []float32) float64 {
	score := m.Base
	for k := range m.Trees {
		t := &m.Trees[k]
		i := t.root()
		for i >= 0 {
			n := &t.Nodes[i]
			i = n.next(row[n.Column])
		}
		score += t.Values[^i]
	}
	return score
}

// Predict is the prediction for a row with offset 0: a mean, a rate or a quantile. Where the model
// learned corrections it is what to add to the offset or, for Tweedie losses, the factor on exp of
// it. It allocates nothing.
func (m *Model) Predict(row []float32) float64 { return m.Loss.response(m.Score(row)) }

// PredictAll predicts all rows of columns; offset may be nil. The columns must be as in training.
func (m *Model) PredictAll(columns [][]float32, offset []float64) []float64 {
	n := max(rowsOf(columns), len(offset))
	d := Data{Y: make([]float64, n), Offset: offset}
	score := d.starts(m.Base)
	for k := range m.Trees {
		m.Trees[k].add(columns, score, 1)
	}
	for r := range score {
		score[r] = m.Loss.response(score[r])
	}
	return score
}

// MeanLoss is the weighted mean loss of the model's predictions.
func (m *Model) MeanLoss(d Data) float64 {
	score := d.starts(m.Base)
	for k := range m.Trees {
		m.Trees[k].add(d.Columns, score, 1)
	}
	return m.Loss.mean(&d, score)
}

// Importance is each column's share of the loss that was saved; all 0 without trees.
func (m *Model) Importance() []float64 {
	share := make([]float64, len(m.Gain))
	total := 0.0
	for _, g := range m.Gain {
		total += g
	}
	for c, g := range m.Gain {
		if total > 0 {
			share[c] = g / total
		}
	}
	return share
}

func (t *Tree) root() int32 {
	if len(t.Nodes) == 0 {
		return ^0
	}
	return 0
}

// add adds the tree's values to the scores of all rows.
func (t *Tree) add(columns [][]float32, score []float64, workers int) {
	each((len(score)+stride-1)/stride, workers, func(k int) {
		for r := k * stride; r < min((k+1)*stride, len(score)); r++ {
			i := t.root()
			for i >= 0 {
				n := &t.Nodes[i]
				i = n.next(columns[n.Column][r])
			}
			score[r] += t.Values[^i]
		}
	})
}

// UnmarshalJSON reads a model and refuses one that could not have been written: prediction then
// neither panics nor runs for ever.
func (m *Model) UnmarshalJSON(data []byte) error {
	type plain Model
	var p plain
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	read := Model(p)
	if err := read.check(); err != nil {
		return fmt.Errorf("boost: no model: %w", err)
	}
	*m = read
	return nil
}

func (m *Model) check() error {
	if err := m.Loss.check(); err != nil {
		return err
	}
	if m.Columns < 0 || m.Columns > math.MaxUint16 || len(m.Gain) != m.Columns {
		return fmt.Errorf("%d columns with %d gains", m.Columns, len(m.Gain))
	}
	for k, t := range m.Trees {
		if len(t.Values) != len(t.Nodes)+1 {
			return fmt.Errorf("tree %d has %d nodes and %d values", k, len(t.Nodes), len(t.Values))
		}
		for i, n := range t.Nodes {
			if int(n.Column) >= m.Columns {
				return fmt.Errorf("tree %d asks for column %d", k, n.Column)
			}
			for _, child := range []int32{n.Left, n.Right} {
				if int(child) >= len(t.Nodes) || child >= 0 && int(child) <= i || child < 0 && int(^child) >= len(t.Values) {
					return fmt.Errorf("tree %d leads nowhere", k)
				}
			}
		}
	}
	return nil
}
