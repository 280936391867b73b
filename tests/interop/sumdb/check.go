// check <ours> <theirs>: checks the log that interop_log wrote into the folder <ours> with golang.org/x/mod/sumdb, then
// writes a log of the same entries into <theirs>, with sumdb's own signatures, hashes and proofs. The layout of both is
// described in ../log_tool.cc.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "journal.example.org/log/licey29"
const tileHeight = 8

func must(err error, what ...interface{}) {
	if err != nil {
		log.Fatalf("interop_sumdb: %s: %v", fmt.Sprint(what...), err)
	}
}

func require(condition bool, what ...interface{}) {
	if !condition {
		log.Fatalf("interop_sumdb: %s", fmt.Sprint(what...))
	}
}

func read(elem ...string) []byte {
	data, err := os.ReadFile(filepath.Join(elem...))
	must(err, "read")
	return data
}

func write(data []byte, elem ...string) {
	path := filepath.Join(elem...)
	must(os.MkdirAll(filepath.Dir(path), 0o755), "mkdir")
	must(os.WriteFile(path, data, 0o644), "write")
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	must(err, "number")
	return n
}

func hashLines(text string) []tlog.Hash {
	var hashes []tlog.Hash
	for _, line := range strings.SplitAfter(text, "\n") {
		if line == "" {
			break
		}
		h, err := tlog.ParseHash(strings.TrimSuffix(line, "\n"))
		must(err, "hash ", line)
		hashes = append(hashes, h)
	}
	return hashes
}

func formatHashLines(hashes []tlog.Hash) string {
	text := ""
	for _, h := range hashes {
		text += h.String() + "\n"
	}
	return text
}

func equal(a, b []tlog.Hash) bool { return formatHashLines(a) == formatHashLines(b) }

// A C2SP cosignature (type 0x04) as note.Open takes it: the signature is the time, eight bytes, before an Ed25519 signature over
// the time and the note's text.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
	at   int64
}

const cosignature = 4

func cosigned(at int64, text []byte) []byte {
	return append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", at)), text...)
}

func keyHash(name string, key ed25519.PublicKey) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"+string(rune(cosignature))), key...))
	return binary.BigEndian.Uint32(sum[:])
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }
func (w *witness) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	w.at = int64(binary.BigEndian.Uint64(sig))
	return ed25519.Verify(w.key, cosigned(w.at, text), sig[8:])
}

// name+hash+base64(type, key)
func parseWitness(line string, at int64) *witness {
	parts := strings.SplitN(line, "+", 3)
	require(len(parts) == 3, "vkey of a witness: ", line)
	key, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	must(err, "vkey of a witness")
	require(len(key) == 1+ed25519.PublicKeySize && key[0] == cosignature, "type of a witness's key")
	w := &witness{name: parts[0], key: key[1:], at: at}
	w.hash = keyHash(w.name, w.key)
	require(fmt.Sprintf("%08x", w.hash) == parts[1], "id of a witness's key")
	return w
}

// A witness of Go's own.
type cosigner struct {
	witness
	secret ed25519.PrivateKey
}

func newCosigner(name string, at int64) *cosigner {
	public, secret, err := ed25519.GenerateKey(rand.Reader)
	must(err, "key of a witness")
	return &cosigner{witness{name, keyHash(name, public), public, at}, secret}
}

func (c *cosigner) Sign(text []byte) ([]byte, error) {
	sig := make([]byte, 8)
	binary.BigEndian.PutUint64(sig, uint64(c.at))
	return append(sig, ed25519.Sign(c.secret, cosigned(c.at, text))...), nil
}

func (c *cosigner) vkey() string {
	return fmt.Sprintf("%s+%08x+%s", c.name, c.hash, base64.StdEncoding.EncodeToString(append([]byte{cosignature}, c.key...)))
}

// A checkpoint is a go.sum tree note but for its first line. Everybody who is known has signed it, the witnesses at their time.
func openCheckpoint(msg []byte, log note.Verifier, witnesses []*witness, at int64) tlog.Tree {
	verifiers := []note.Verifier{log}
	for _, w := range witnesses {
		verifiers = append(verifiers, w)
	}
	n, err := note.Open(msg, note.VerifierList(verifiers...))
	must(err, "checkpoint")
	require(len(n.Sigs) == len(verifiers) && len(n.UnverifiedSigs) == 0, "signatures of a checkpoint: ", len(n.Sigs))
	for i, w := range witnesses {
		require(w.at == at+int64(i), "time of a cosignature: ", w.at)
	}
	lines := strings.Split(n.Text, "\n")
	require(len(lines) == 4 && lines[0] == origin && lines[3] == "", "not a checkpoint: ", n.Text)
	h, err := tlog.ParseHash(lines[2])
	must(err, "root")
	return tlog.Tree{N: number(lines[1]), Hash: h}
}

// tileFiles reads tiles from files named as C2SP tlog-tiles names them: Go's path without the height.
type tileFiles struct{ folder string }

func (t tileFiles) Height() int                                { return tileHeight }
func (t tileFiles) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (t tileFiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
		content, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		data = append(data, content)
	}
	return data, nil
}

// The entries of the tree, from its bundles.
func readEntries(folder string, size int64) [][]byte {
	var entries [][]byte
	for int64(len(entries)) < size {
		tile := tlog.Tile{H: tileHeight, L: -1, N: int64(len(entries)) >> tileHeight, W: 1 << tileHeight}
		if rest := size - int64(len(entries)); rest < 1<<tileHeight {
			tile.W = int(rest)
		}
		bundle := read(folder, strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/data/", tileHeight), "tile/entries/", 1))
		for i := 0; i < tile.W; i++ {
			require(len(bundle) >= 2, "bundle cut short")
			n := int(binary.BigEndian.Uint16(bundle))
			require(len(bundle) >= 2+n, "bundle cut short")
			entries = append(entries, bundle[2:2+n])
			bundle = bundle[2+n:]
		}
		require(len(bundle) == 0, "bundle with trailing bytes")
	}
	return entries
}

type proofFile struct {
	index      int64
	proof      tlog.RecordProof
	checkpoint []byte
}

func parseProofFile(text []byte) proofFile {
	parts := bytes.SplitN(text, []byte("\n\n"), 2)
	require(len(parts) == 2, "proof file without a checkpoint")
	lines := strings.Split(string(parts[0]), "\n")
	require(lines[0] == "c2sp.org/tlog-proof@v1", "first line of a proof file")
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		_, err := base64.StdEncoding.Strict().DecodeString(lines[0][len("extra "):])
		must(err, "extra")
		lines = lines[1:]
	}
	require(strings.HasPrefix(lines[0], "index "), "proof file without an index")
	proof := ""
	for _, line := range lines[1:] {
		proof += line + "\n"
	}
	return proofFile{number(lines[0][len("index "):]), hashLines(proof), parts[1]}
}

func sizesOf(folder string) []int64 {
	var sizes []int64
	for _, line := range strings.Fields(string(read(folder, "sizes"))) {
		sizes = append(sizes, number(line))
	}
	require(len(sizes) > 0, "no sizes")
	return sizes
}

func timeOf(folder string) int64 { return number(strings.TrimSpace(string(read(folder, "time")))) }

func inclusionIndexes(folder string, size int64) []int64 {
	dir, err := os.ReadDir(filepath.Join(folder, "inclusion", fmt.Sprint(size)))
	must(err, "inclusion proofs")
	require(len(dir) > 0, "no inclusion proofs for ", size)
	var indexes []int64
	for _, file := range dir {
		indexes = append(indexes, number(file.Name()))
	}
	return indexes
}

// checkTree checks one checkpoint with its tiles, bundles and proofs, and returns the tree and its entries.
func checkTree(folder string, size int64, older []tlog.Tree, verifier note.Verifier, witnesses []*witness) (tlog.Tree, [][]byte) {
	checkpoint := read(folder, "checkpoint", fmt.Sprint(size))
	tree := openCheckpoint(checkpoint, verifier, witnesses, timeOf(folder))
	require(tree.N == size, "checkpoint of another size")

	hashes := tlog.TileHashReader(tree, tileFiles{folder})
	root, err := tlog.TreeHash(size, hashes)
	must(err, "tiles of ", size)
	require(root == tree.Hash, "tiles of ", size, " have another root")

	entries := readEntries(folder, size)
	var indexes []int64
	for i := range entries {
		indexes = append(indexes, tlog.StoredHashIndex(0, int64(i)))
	}
	leaves, err := hashes.ReadHashes(indexes) // every level 0 tile, each checked against the root
	must(err, "leaves of ", size)
	for i, entry := range entries {
		require(tlog.RecordHash(entry) == leaves[i], "entry ", i, " does not hash to its leaf")
	}

	for _, index := range inclusionIndexes(folder, size) {
		file := parseProofFile(read(folder, "inclusion", fmt.Sprint(size), fmt.Sprint(index)))
		require(file.index == index && bytes.Equal(file.checkpoint, checkpoint), "proof file of another entry or tree")
		must(tlog.CheckRecord(file.proof, size, tree.Hash, index, leaves[index]), "inclusion of ", index, " in ", size)
		proof, err := tlog.ProveRecord(size, index, hashes)
		must(err, "prove ", index, " in ", size)
		require(equal(proof, file.proof), "sumdb proves ", index, " in ", size, " otherwise")
	}
	for _, old := range append(older, tree) {
		proof := hashLines(string(read(folder, "consistency", fmt.Sprint(old.N), fmt.Sprint(size))))
		must(tlog.CheckTree(proof, size, tree.Hash, old.N, old.Hash), "consistency of ", old.N, " with ", size)
		theirs, err := tlog.ProveTree(size, old.N, hashes)
		must(err, "prove ", old.N, " to ", size)
		require(equal(theirs, proof), "sumdb proves ", old.N, " to ", size, " otherwise")
	}
	return tree, entries
}

// storedHashes keeps the hashes as sumdb stores them.
func storedHashes(entries [][]byte) tlog.HashReader {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, index := range indexes {
			hashes = append(hashes, stored[index])
		}
		return hashes, nil
	})
	for i, entry := range entries {
		hashes, err := tlog.StoredHashes(int64(i), entry, reader)
		must(err, "stored hashes")
		stored = append(stored, hashes...)
	}
	return reader
}

func writeLog(folder string, ours string, sizes []int64, entries [][]byte) {
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	must(err, "key")
	signer, err := note.NewSigner(skey)
	must(err, "signer")
	write([]byte(vkey+"\n"), folder, "vkey")
	write(read(ours, "sizes"), folder, "sizes")
	at := timeOf(ours)
	signers := []note.Signer{signer}
	keys := ""
	for i := int64(0); i < 3; i++ {
		w := newCosigner(fmt.Sprintf("witness.example.org/go/%d", i), at+i)
		signers = append(signers, w)
		keys += w.vkey() + "\n"
	}
	write([]byte(keys), folder, "witnesses")
	write(read(ours, "time"), folder, "time")
	hashes := storedHashes(entries)
	for _, size := range sizes {
		root, err := tlog.TreeHash(size, hashes)
		must(err, "root")
		checkpoint, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", origin, size, root)}, signers...)
		must(err, "sign")
		write(checkpoint, folder, "checkpoint", fmt.Sprint(size))
		for _, index := range inclusionIndexes(ours, size) {
			proof, err := tlog.ProveRecord(size, index, hashes)
			must(err, "prove")
			text := fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d\n%s\n%s", index, formatHashLines(proof), checkpoint)
			write([]byte(text), folder, "inclusion", fmt.Sprint(size), fmt.Sprint(index))
		}
		for _, old := range sizes {
			if old > size {
				break
			}
			proof, err := tlog.ProveTree(size, old, hashes)
			must(err, "prove")
			write([]byte(formatHashLines(proof)), folder, "consistency", fmt.Sprint(old), fmt.Sprint(size))
		}
	}
}

func main() {
	log.SetFlags(0)
	require(len(os.Args) == 3, "usage: check <ours> <theirs>")
	ours, theirs := os.Args[1], os.Args[2]

	verifier, err := note.NewVerifier(strings.TrimSuffix(string(read(ours, "vkey")), "\n"))
	must(err, "vkey")
	var witnesses []*witness
	for _, line := range strings.Fields(string(read(ours, "witnesses"))) {
		witnesses = append(witnesses, parseWitness(line, 0))
	}
	require(len(witnesses) > 1, "witnesses")
	sizes := sizesOf(ours)
	var trees []tlog.Tree
	var entries [][]byte
	for _, size := range sizes {
		var tree tlog.Tree
		tree, entries = checkTree(ours, size, trees, verifier, witnesses)
		trees = append(trees, tree)
	}
	writeLog(theirs, ours, sizes, entries)
	fmt.Printf("interop_sumdb: %d trees, the largest of %d entries, agree with golang.org/x/mod/sumdb\n", len(trees), len(entries))
}
