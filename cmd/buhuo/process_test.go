package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/shop"
)

// asProgram makes this test binary the program itself, so that tests can start
// and kill real processes.
const asProgram = "BUHUO_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		limitFiles()
		main()
	}
	os.Exit(m.Run())
}

// process is a running buhuo.
type process struct {
	*exec.Cmd
	base   string // http://HOST:PORT
	said   *lockedBuffer
	ended  chan error
	killed bool
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start runs buhuo as a process of its own.
func start(t *testing.T, environment []string, args ...string) (*process, io.Reader) {
	t.Helper()
	p := &process{Cmd: exec.Command(os.Args[0], args...), said: &lockedBuffer{}, ended: make(chan error, 1)}
	p.Env = append(append(os.Environ(), asProgram+"=1", "BUHUO_LANG=en"), environment...)
	p.Stderr = p.said
	out, in := io.Pipe()
	p.Stdout = io.MultiWriter(p.said, in)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.ended <- p.Wait()
		_ = in.Close()
	}()
	t.Cleanup(func() { p.kill() })
	return p, out
}

// serve starts a server and waits until it says where it is.
func serve(t *testing.T, environment []string, target ...string) *process {
	t.Helper()
	p, out := start(t, environment, append([]string{"serve", "--addr", "127.0.0.1:0"}, target...)...)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "serves on "); ok {
			p.base = address
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return p
		}
	}
	t.Fatalf("the server did not come up:\n%s", p.said)
	return nil
}

// kill is what a power cut does to a process.
func (p *process) kill() {
	if !p.killed {
		p.killed = true
		_ = p.Process.Kill()
		<-p.ended
	}
}

// person is a browser that is logged in; its session outlives the server.
type person struct {
	http.Client
}

const processSecret = "a long enough secret"

func (c *person) post(base, path string, form url.Values) (int, error) {
	r, err := http.NewRequest(http.MethodPost, base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

func enter(t *testing.T, p *process) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &person{http.Client{Jar: jar, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if status, err := c.post(p.base, "/login", url.Values{"login": {"wang"}, "password": {processSecret}}); err != nil || status != http.StatusSeeOther {
		t.Fatalf("login answers %d, %v", status, err)
	}
	return c
}

func (c *person) sell(base string, id ident.ID) (int, error) {
	return c.post(base, "/sales", url.Values{"product_code": {"1"}, "quantity": {"1"}, "unit": {"kg"}, "client_id": {id.String()}})
}

// shopAt makes a shop with a product, its stock and a person in data.
func shopAt(t *testing.T, data string) {
	t.Helper()
	t.Setenv("BUHUO_LANG", "en")
	want(t, 0, "", "shop", "add", "--data", data, "--name", "村口", "--slug", "cunkou")
	want(t, 0, processSecret+"\n", "user", "add", "--data", data, "--shop", "cunkou", "--login", "wang", "--role", "seller", "--password-stdin")
	want(t, 0, "", "import", "products", write(t, "p.csv", "item,name,category,unit\n1,青菜,蔬菜,kg\n"), "--shop", "cunkou", "--data", data)
	want(t, 0, "", "import", "stock", write(t, "k.csv", "item,quantity,cost\n1,5000,4\n"), "--shop", "cunkou", "--data", data)
}

// kept counts the lines of each sale in the database at data.
func kept(t *testing.T, data string) map[ident.ID]int {
	t.Helper()
	a, err := app.Open(t.Context(), app.Config{Target: data})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	found, err := a.Shop.BySlug(t.Context(), "cunkou")
	if err != nil {
		t.Fatal(err)
	}
	ctx := shop.Acting(t.Context(), found)
	var rows []struct{ SaleID ident.ID }
	if err := a.DB.From(ctx).Raw("SELECT sale_id FROM sale_lines WHERE shop_id = ?", int64(found.ID)).Scan(&rows).Error; err != nil {
		t.Fatal(err)
	}
	n := map[ident.ID]int{}
	for _, r := range rows {
		n[r.SaleID]++
	}
	return n
}

// TestKilledWhileSelling kills the server again and again while four tills sell:
// every sale that was answered is there afterwards, those that were not can be
// sent again, each counts once, and the books agree.
func TestKilledWhileSelling(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills real servers")
	}
	data := t.TempDir()
	shopAt(t, data)
	var mu sync.Mutex
	answered, asked := map[ident.ID]bool{}, map[ident.ID]bool{}
	var c *person
	const rounds = 8
	for round := range rounds {
		p := serve(t, nil, "--data", data)
		if c == nil {
			c = enter(t, p)
		}
		var tills sync.WaitGroup
		stop := make(chan struct{})
		for range 4 {
			tills.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					id := ident.New()
					mu.Lock()
					asked[id] = true
					mu.Unlock()
					status, err := c.sell(p.base, id)
					if err != nil {
						return // the server is gone
					}
					if status != http.StatusSeeOther {
						t.Errorf("a sale answers %d", status)
						return
					}
					mu.Lock()
					answered[id] = true
					mu.Unlock()
				}
			})
		}
		time.Sleep(time.Duration(250+round*53) * time.Millisecond)
		p.kill()
		close(stop)
		tills.Wait()
	}
	if len(answered) < rounds {
		t.Fatalf("only %d sales in %d rounds: nothing was proven", len(answered), rounds)
	}
	n := kept(t, data)
	for id := range answered {
		if n[id] != 1 {
			t.Errorf("an answered sale is there %d times", n[id])
		}
	}
	p := serve(t, nil, "--data", data)
	for id := range asked {
		if answered[id] && len(answered) > 20 && id[15] > 12 { // one in twenty of those is enough
			continue
		}
		if status, err := c.sell(p.base, id); err != nil || status != http.StatusSeeOther {
			t.Fatalf("sent again, a sale answers %d, %v", status, err)
		}
	}
	p.kill()
	n = kept(t, data)
	for id := range asked {
		if n[id] != 1 {
			t.Errorf("sent again, a sale is there %d times", n[id])
		}
	}
	if len(n) != len(asked) {
		t.Errorf("%d sales are kept, %d were asked for", len(n), len(asked))
	}
	want(t, 0, "", "verify", "--data", data)
	t.Logf("%d sales answered, %d asked, %d kills", len(answered), len(asked), rounds+1)
}

// TestTwoServersAtOnce starts two servers on one new database: both come up, on
// one schema.
func TestTwoServersAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("starts real servers")
	}
	dbtest.EachEmpty(t, func(t *testing.T, target string) {
		where := []string{"--data", target}
		if strings.Contains(target, "://") {
			where = []string{"--database", target}
		}
		servers := make([]*process, 2)
		var up sync.WaitGroup
		for i := range servers {
			up.Go(func() { servers[i] = serve(t, nil, where...) })
		}
		up.Wait()
		for _, p := range servers {
			if p == nil {
				t.Fatal("a server did not come up")
			}
			answer, err := http.Get(p.base + "/readyz")
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Errorf("a server is not ready: %d\n%s", answer.StatusCode, p.said)
			}
		}
		for _, p := range servers {
			p.kill()
		}
		want(t, 0, "", append([]string{"verify"}, where...)...)
	})
}

// TestADiskThatFails: the kernel refuses to write more than so much (a limit on
// the size of files). Nothing more is acknowledged, the program ends with a
// status other than 0, and what was acknowledged is there.
func TestADiskThatFails(t *testing.T) {
	if testing.Short() {
		t.Skip("starts real servers")
	}
	if !canLimitFiles {
		t.Skip("no such limit on this system")
	}
	data := t.TempDir()
	shopAt(t, data)
	info, err := os.Stat(filepath.Join(data, db.FileName))
	if err != nil {
		t.Fatal(err)
	}
	p := serve(t, []string{fmt.Sprintf("%s=%d", fileLimit, info.Size()+256<<10)}, "--data", data)
	c := enter(t, p)
	var answered []ident.ID
	refused := 0
	for range 3000 {
		id := ident.New()
		status, err := c.sell(p.base, id)
		if err != nil {
			break // it has ended
		}
		switch {
		case status == http.StatusSeeOther && refused == 0:
			answered = append(answered, id)
		case status == http.StatusServiceUnavailable:
			refused++
		default:
			t.Fatalf("after %d sales and %d refusals a sale answers %d", len(answered), refused, status)
		}
	}
	if refused == 0 {
		t.Fatalf("the disk never failed in %d sales", len(answered))
	}
	select {
	case err := <-p.ended:
		p.killed = true
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() <= 0 {
			t.Errorf("the program ended with %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Error("the program goes on")
	}
	n := kept(t, data)
	for _, id := range answered {
		if n[id] != 1 {
			t.Errorf("an answered sale is there %d times", n[id])
		}
	}
	want(t, 0, "", "verify", "--data", data)
	t.Logf("%d sales answered, %d refused", len(answered), refused)
}

// TestAFolderThatCannotBeWritten: the program says so in a sentence and does not
// start.
func TestAFolderThatCannotBeWritten(t *testing.T) {
	t.Setenv("BUHUO_LANG", "en")
	file := write(t, "file", "x")
	for _, data := range []string{file, filepath.Join(file, "below")} {
		if out := want(t, 1, "", "serve", "--data", data, "--addr", "127.0.0.1:0"); strings.Count(strings.TrimSpace(out), "\n") > 0 || !strings.Contains(out, "folder") {
			t.Errorf("serve --data %s says %q", data, out)
		}
	}
	readOnly := filepath.Join(t.TempDir(), "data")
	shopAt(t, readOnly)
	for _, path := range []string{readOnly, filepath.Dir(readOnly), filepath.Dir(filepath.Dir(readOnly))} {
		if err := os.Chmod(path, 0o555); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(path, 0o755) })
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, os.Args[0], "serve", "--data", readOnly, "--addr", "127.0.0.1:0")
	c.Env = append(os.Environ(), asProgram+"=1")
	if !ordinary(t, c) {
		t.Skip("the administrator may write everywhere, and there is nobody else to be")
	}
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitFailed {
		t.Fatalf("serve on a read-only folder: %v\n%s", err, out)
	}
	if said := strings.TrimSpace(string(out)); strings.Contains(said, "\n") || !strings.Contains(said, "cannot be written") || !strings.Contains(said, readOnly) {
		t.Errorf("serve on a read-only folder says %q", said)
	}
}
