// Package smtptest is a mail server on this machine that keeps what it is given, or
// misbehaves as it is told.
package smtptest

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// What a server can do instead of answering.
const (
	Hang  = "hang"  // say nothing and keep the line
	Break = "break" // close the line
	Flood = "flood" // talk without end
)

// Behaviour is how a server behaves. Replies are by command: "greeting", "EHLO",
// "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA" and "end" (after the message); what is not
// named is answered as it should be.
type Behaviour struct {
	Implicit bool   // private from the first byte
	Plain    bool   // offers no private line
	Login    string // the logins that it offers; empty: PLAIN
	Replies  map[string]string
}

// Server is one. User and Password are those that it takes.
type Server struct {
	Host           string
	Port           int
	User, Password string
	Roots          *x509.CertPool

	behaviour Behaviour
	config    *tls.Config
	listener  net.Listener
	mu        sync.Mutex
	mails     []string
	visits    int
	open      []net.Conn
}

// New starts one until the test ends.
func New(t testing.TB, b Behaviour) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, User: "wang", Password: "a mail password", behaviour: b, listener: l}
	s.certify(t)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.visits++
			s.open = append(s.open, conn)
			s.mu.Unlock()
			running.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		s.mu.Lock()
		for _, c := range s.open {
			_ = c.Close()
		}
		s.mu.Unlock()
		running.Wait()
	})
	return s
}

func (s *Server) certify(t testing.TB) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	plate := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "smtptest"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.ParseIP(s.Host)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, plate, plate, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s.Roots = x509.NewCertPool()
	s.Roots.AddCert(cert)
	s.config = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// Mails are the messages taken so far.
func (s *Server) Mails() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Visits is how often somebody came.
func (s *Server) Visits() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.visits
}

// Behave changes how the server answers from now on.
func (s *Server) Behave(replies map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behaviour.Replies = replies
}

// talk is one visit.
type talk struct {
	*Server
	conn   net.Conn
	in     *bufio.Reader
	secret bool
}

func (s *Server) serve(conn net.Conn) {
	t := &talk{Server: s, conn: conn, in: bufio.NewReader(conn)}
	defer func() { _ = t.conn.Close() }()
	if s.behaviour.Implicit {
		t.wrap()
	}
	if !t.reply("greeting", "220 smtptest ready") {
		return
	}
	for {
		line, err := t.in.ReadString('\n')
		if err != nil {
			return
		}
		command, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
		if !t.answer(command, strings.TrimSpace(line)) {
			return
		}
	}
}

func (t *talk) wrap() {
	t.conn = tls.Server(t.conn, t.config)
	t.in, t.secret = bufio.NewReader(t.conn), true
}

// reply says what it was told to say, or what is usual; false: the talk is over.
func (t *talk) reply(command, usual string) bool {
	t.mu.Lock()
	say, told := t.behaviour.Replies[command]
	t.mu.Unlock()
	if !told {
		say = usual
	}
	switch say {
	case Hang:
		_, _ = t.in.ReadString(0) // until the other side goes
		return false
	case Break:
		return false
	case Flood:
		for {
			if _, err := t.conn.Write([]byte(strings.Repeat("spam", 2_000))); err != nil {
				return false
			}
		}
	}
	_, err := t.conn.Write([]byte(strings.ReplaceAll(say, "\n", "\r\n") + "\r\n"))
	return err == nil && (!told || !strings.HasPrefix(say, "5") || command != "greeting")
}

func (t *talk) answer(command, line string) bool {
	switch command {
	case "EHLO":
		lines := "250-smtptest\n"
		if !t.secret && !t.behaviour.Plain {
			lines += "250-STARTTLS\n"
		}
		logins := t.behaviour.Login
		if logins == "" {
			logins = "PLAIN"
		}
		return t.reply(command, lines+"250-AUTH "+logins+"\n250 8BITMIME")
	case "STARTTLS":
		if !t.reply(command, "220 go on") {
			return false
		}
		t.wrap()
		return true
	case "AUTH":
		return t.auth(line)
	case "DATA":
		if !t.reply(command, "354 go on") {
			return false
		}
		return t.data()
	case "QUIT":
		_ = t.reply(command, "221 bye")
		return false
	}
	return t.reply(command, "250 fine")
}

func (t *talk) auth(line string) bool {
	said := ""
	if words := strings.Fields(line); len(words) == 3 {
		said = words[2]
	} else {
		for _, ask := range []string{"Username:", "Password:"} {
			if _, err := t.conn.Write([]byte("334 " + base64.StdEncoding.EncodeToString([]byte(ask)) + "\r\n")); err != nil {
				return false
			}
			answer, err := t.in.ReadString('\n')
			if err != nil {
				return false
			}
			text, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(answer))
			said += "\x00" + string(text)
		}
		said = base64.StdEncoding.EncodeToString([]byte(said))
	}
	text, _ := base64.StdEncoding.DecodeString(said)
	if string(text) != "\x00"+t.User+"\x00"+t.Password {
		return t.reply("AUTH", "535 5.7.8 wrong name or password")
	}
	return t.reply("AUTH", "235 welcome")
}

func (t *talk) data() bool {
	var b strings.Builder
	for {
		line, err := t.in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		b.WriteString(strings.TrimPrefix(line, "."))
	}
	t.mu.Lock()
	say := t.behaviour.Replies["end"]
	if say == "" || !strings.HasPrefix(say, "4") && !strings.HasPrefix(say, "5") {
		t.mails = append(t.mails, b.String())
	}
	t.mu.Unlock()
	return t.reply("end", "250 taken")
}
