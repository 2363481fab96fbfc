package insightweb

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/sales"
	"buhuo/internal/web"
	"buhuo/internal/web/sheet"
)

type channelOf = sales.Channel

// tables are the figures of a board, the main table first.
type tables func(c *gin.Context) ([]sheet.Table, error)

// asked leaves the table that the address names ("?table=hours"); without a name all.
func (of tables) asked(c *gin.Context) ([]sheet.Table, error) {
	list, err := of(c)
	code := web.QueryOf(c).String("table", 40)
	if err != nil || code == "" {
		return list, err
	}
	list = slices.DeleteFunc(list, func(t sheet.Table) bool { return t.Code != code })
	if len(list) == 0 {
		return nil, fault.New(fault.NotFound, "insight.table_missing")
	}
	return list, nil
}

// table answers a table of a board for programs: the main one, or the one that is named.
func (h *Handlers) table(of tables) web.Handler {
	return func(c *gin.Context) error {
		list, err := of.asked(c)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := list[0].CSV(&b); err != nil {
			return err
		}
		web.Download(c, fileName(c), "text/csv; charset=utf-8", b.Bytes())
		return nil
	}
}

// workbook answers all tables of a board for people, or the one that is named.
func (h *Handlers) workbook(of tables) web.Handler {
	return func(c *gin.Context) error {
		list, err := of.asked(c)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := sheet.Workbook(&b, list); err != nil {
			return err
		}
		web.Download(c, fileName(c), sheet.ContentTypeXLSX, b.Bytes())
		return nil
	}
}

func fileName(c *gin.Context) string {
	name, code := path.Base(c.Request.URL.Path), web.QueryOf(c).String("table", 40)
	if code != "" {
		code = "-" + code
	}
	kind := path.Ext(name)
	return "insights-" + strings.TrimSuffix(name, kind) + code + kind
}
