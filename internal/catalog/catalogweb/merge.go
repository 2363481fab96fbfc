package catalogweb

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/web"
	catalogview "buhuo/views/catalog"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

func (h *Handlers) mergePage(c *gin.Context) error { return h.askMerge(c, http.StatusOK) }

// askMerge asks as which other product one goes on, and says what that does.
func (h *Handlers) askMerge(c *gin.Context, status int) error {
	p, err := h.product(c)
	if err != nil {
		return err
	}
	chrome, f := web.Chrome(c), web.FormOf(c)
	t := chrome.T
	chrome.Title, chrome.Active, chrome.Path = t.T("catalog.merge_title", i18n.A("name", p.Name)), layout.Stock, "/products/"+p.ID.String()+"/merge"
	chrome.Back = ui.Link{Href: "/products/" + p.ID.String() + "/edit", Text: t.T("catalog.edit_product")}
	m := catalogview.Merge{
		Action: chrome.Path, Into: ui.FieldModel{Name: "into", Label: t.T("catalog.merge_into"), Hint: t.T("catalog.merge_into_hint"), Value: f.Value("into"), Error: f.Sentence("into")},
		Says: []string{t.T("catalog.merge_does"), t.T("catalog.merge_keeps"), t.T("catalog.merge_needs")},
	}
	if p.MergedInto != nil {
		other, err := h.catalog.Product(c.Request.Context(), *p.MergedInto)
		if err != nil {
			return err
		}
		m.Says = []string{t.T("catalog.merged_already", i18n.A("name", p.Name), i18n.A("other", other.Name))}
		if m.Into.Value == "" {
			m.Into.Value = other.Code
		}
	}
	m.Chrome = chrome
	return web.Render(c, status, catalogview.MergePage(m))
}

func (h *Handlers) merge(c *gin.Context) error {
	p, err := h.product(c)
	if err != nil {
		return err
	}
	f, ctx := web.FormOf(c), c.Request.Context()
	text := f.Required("into", catalog.MaxName)
	var other catalog.Product
	if err = f.Err(); err == nil {
		other, err = h.catalog.Find(ctx, text)
		if e, ok := fault.As(err); ok && e.Kind == fault.NotFound {
			err = fault.New(fault.Invalid, e.Key).WithField("into")
		}
	}
	if err == nil {
		err = h.catalog.Merge(ctx, p.ID, other.ID)
	}
	if e, ok := fault.As(err); ok && e.Kind == fault.Invalid && e.Field == "" {
		err = e.WithField("into")
	}
	if f.Refused(err) {
		return h.askMerge(c, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "catalog.flash_merged")
	return web.Redirect(c, "/products/"+other.ID.String())
}
