// Command pgserver runs a command with a private PostgreSQL server beside it: on
// a unix socket in a temporary folder, listening on no address, gone afterwards.
//
//	go run ./internal/dbtest/pgserver go test ./...
//
// The server's address is in BUHUO_TEST_POSTGRES for the command. Without server
// binaries the command runs without it, and a loud line says so; with CI set that
// is a failure.
package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"syscall"
	"time"
)

const variable = "BUHUO_TEST_POSTGRES"

// The tests connect as an ordinary role that owns what it makes: the server's
// administrator would pass by the row security that is to be tested.
const (
	administrator = "administrator"
	ordinary      = "buhuo"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: pgserver COMMAND [ARGUMENT ...]")
		os.Exit(2)
	}
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "pgserver:", err)
		os.Exit(1)
	}
	os.Exit(code)
}

func run(command []string) (int, error) {
	bin := binaries()
	if bin == "" {
		if os.Getenv("CI") != "" {
			return 1, errors.New("no PostgreSQL server binaries (initdb, postgres) found")
		}
		fmt.Fprintln(os.Stderr, "*** NO POSTGRESQL FOUND: the store suites run on SQLite only ***")
		return execute(command, nil)
	}
	folder, err := os.MkdirTemp("", "buhuo-pg-*")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	s := &server{bin: bin, folder: folder}
	if err := s.start(); err != nil {
		return 1, err
	}
	defer s.stop()
	address := "postgres:///postgres?host=" + url.QueryEscape(folder) + "&user=" + ordinary
	return execute(command, []string{variable + "=" + address})
}

func execute(command, environment []string) (int, error) {
	c := exec.Command(command[0], command[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), environment...)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	err := c.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}

// binaries is the folder of the newest installed server, or "".
func binaries() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	sort.Slice(found, func(i, j int) bool { return major(found[i]) > major(found[j]) })
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	for _, initdb := range found {
		folder := filepath.Dir(initdb)
		if _, err := os.Stat(filepath.Join(folder, "postgres")); err == nil {
			return folder
		}
	}
	return ""
}

func major(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

type server struct {
	bin, folder string
	process     *exec.Cmd
	gone        chan error
}

func (s *server) start() error {
	data := filepath.Join(s.folder, "data")
	attributes, err := s.identity()
	if err != nil {
		return err
	}
	initdb := exec.Command(filepath.Join(s.bin, "initdb"), "-D", data, "-U", administrator, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = attributes, s.folder
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	log, err := os.Create(filepath.Join(s.folder, "log"))
	if err != nil {
		return err
	}
	s.process = exec.Command(filepath.Join(s.bin, "postgres"), "-D", data, "-k", s.folder,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=300", "-c", "shared_buffers=64MB")
	s.process.SysProcAttr, s.process.Dir, s.process.Stdout, s.process.Stderr = attributes, s.folder, log, log
	if err := s.process.Start(); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	s.gone = make(chan error, 1)
	go func() { s.gone <- s.process.Wait() }()
	socket := filepath.Join(s.folder, ".s.PGSQL.5432")
	for range 200 {
		select {
		case err := <-s.gone:
			text, _ := os.ReadFile(log.Name())
			return fmt.Errorf("postgres ended at once: %w\n%s", err, text)
		case <-time.After(50 * time.Millisecond):
		}
		ready := exec.Command(filepath.Join(s.bin, "pg_isready"), "-h", s.folder, "-q")
		if _, err := os.Stat(socket); err == nil && ready.Run() == nil {
			return s.addOrdinary()
		}
	}
	s.stop()
	return errors.New("postgres did not come up within 10 s")
}

// addOrdinary makes the role of the tests: it may make databases, nothing else.
func (s *server) addOrdinary() error {
	psql := exec.Command(filepath.Join(s.bin, "psql"), "-h", s.folder, "-U", administrator, "-d", "postgres", "-qc",
		"CREATE ROLE "+ordinary+" LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB")
	if out, err := psql.CombinedOutput(); err != nil {
		s.stop()
		return fmt.Errorf("make the role of the tests: %w\n%s", err, out)
	}
	return nil
}

// identity: the server refuses to run as root, so root lends it another user.
func (s *server) identity() (*syscall.SysProcAttr, error) {
	attributes := &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if os.Getuid() != 0 {
		return attributes, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return attributes, os.Chown(s.folder, uid, gid)
	}
	return nil, errors.New("running as root and neither user postgres nor nobody exists")
}

func (s *server) stop() {
	_ = s.process.Process.Signal(syscall.SIGINT) // fast shutdown
	select {
	case <-s.gone:
	case <-time.After(10 * time.Second):
		_ = s.process.Process.Kill()
	}
}
