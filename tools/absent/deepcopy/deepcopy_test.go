package deepcopy

import (
	"reflect"
	"testing"
)

type leaf struct{ Text *string }

type tree struct {
	Leaves []leaf
	Named  map[string][]int
	Any    any
	Two    [2]*leaf
	next   *tree
}

func TestACopySharesNothingThatCanChange(t *testing.T) {
	text := "before"
	from := tree{Leaves: []leaf{{&text}, {}}, Named: map[string][]int{"a": {1, 2}, "b": nil}, Any: &leaf{&text}, Two: [2]*leaf{{&text}, nil}}
	var byValue, byPointer tree
	if err := Copy(&byValue, from); err != nil {
		t.Fatal(err)
	}
	if err := Copy(&byPointer, &from); err != nil {
		t.Fatal(err)
	}
	for _, got := range []tree{byValue, byPointer} {
		if !reflect.DeepEqual(got, from) {
			t.Fatalf("copied %+v, want %+v", got, from)
		}
	}
	text, from.Named["a"][0], from.Leaves[1] = "after", 9, leaf{&text}
	for _, got := range []tree{byValue, byPointer} {
		if *got.Leaves[0].Text != "before" || *got.Any.(*leaf).Text != "before" || *got.Two[0].Text != "before" || got.Named["a"][0] != 1 || got.Leaves[1].Text != nil {
			t.Errorf("a change of the first reached the copy: %+v", got)
		}
	}
}

func TestWhatCannotBeCopiedIsRefused(t *testing.T) {
	var to tree
	for _, from := range []any{nil, 1, leaf{}, (*tree)(nil)} {
		if err := Copy(&to, from); err == nil {
			t.Errorf("%#v was copied into a tree", from)
		}
	}
	if Copy(to, to) == nil || Copy((*tree)(nil), to) == nil {
		t.Error("there was nothing to copy into")
	}
}
