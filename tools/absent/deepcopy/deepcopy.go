// Package deepcopy copies a value with all that it points to. It holds what excelize
// calls of the package whose place it takes: copies between values of one type.
package deepcopy

import (
	"errors"
	"reflect"
)

// Copy makes dst, a pointer, hold a deep copy of src, a value of the type that dst
// points to or a pointer to one. Fields that are not exported are copied as they are;
// what is neither data nor a pointer to data (functions, channels) is shared.
func Copy(dst, src any) error {
	to, from := reflect.ValueOf(dst), reflect.ValueOf(src)
	if to.Kind() != reflect.Pointer || to.IsNil() {
		return errors.New("deepcopy: dst must be a pointer to a value")
	}
	to = to.Elem()
	if from.IsValid() && from.Type() != to.Type() && from.Kind() == reflect.Pointer && !from.IsNil() {
		from = from.Elem()
	}
	if !from.IsValid() || from.Type() != to.Type() {
		return errors.ErrUnsupported
	}
	fill(to, from)
	return nil
}

func fill(to, from reflect.Value) {
	switch from.Kind() {
	case reflect.Pointer:
		if from.IsNil() {
			break
		}
		made := reflect.New(from.Type().Elem())
		fill(made.Elem(), from.Elem())
		to.Set(made)
		return
	case reflect.Interface:
		if from.IsNil() {
			break
		}
		made := reflect.New(from.Elem().Type()).Elem()
		fill(made, from.Elem())
		to.Set(made)
		return
	case reflect.Slice:
		if from.IsNil() {
			break
		}
		made := reflect.MakeSlice(from.Type(), from.Len(), from.Len())
		for i := range from.Len() {
			fill(made.Index(i), from.Index(i))
		}
		to.Set(made)
		return
	case reflect.Array:
		for i := range from.Len() {
			fill(to.Index(i), from.Index(i))
		}
		return
	case reflect.Map:
		if from.IsNil() {
			break
		}
		made := reflect.MakeMapWithSize(from.Type(), from.Len())
		for each := from.MapRange(); each.Next(); {
			value := reflect.New(from.Type().Elem()).Elem()
			fill(value, each.Value())
			made.SetMapIndex(each.Key(), value)
		}
		to.Set(made)
		return
	case reflect.Struct:
		to.Set(from)
		for i := range from.NumField() {
			if from.Type().Field(i).IsExported() {
				fill(to.Field(i), from.Field(i))
			}
		}
		return
	}
	to.Set(from)
}
