// Package protoimpl is empty: gin's own tests name it. See tools/absent/README.md.
package protoimpl
