package insightweb

import (
	"bytes"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/sales"
	"buhuo/internal/web"
	"buhuo/internal/web/sheet"
)

type channelOf = sales.Channel

// tables are the figures of a board, the main table first.
type tables func(c *gin.Context) ([]sheet.Table, error)

// table answers a board's main table for programs.
func (h *Handlers) table(of tables) web.Handler {
	return func(c *gin.Context) error {
		list, err := of(c)
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

// workbook answers all tables of a board for people.
func (h *Handlers) workbook(of tables) web.Handler {
	return func(c *gin.Context) error {
		list, err := of(c)
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
	return "insights-" + strings.TrimPrefix(path.Base(c.Request.URL.Path), "insights-")
}
