// Package protoreflect is empty: gin's own tests name it. See tools/absent/README.md.
package protoreflect
