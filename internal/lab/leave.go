package lab

import (
	"image/png"
	"io"
	"os"
	"path/filepath"

	"twostep/internal/exit"
)

// Leave writes report.html, results.json, results.md and every plot as SVG and PNG
// into dir, which it makes if need be. What is there under those names is replaced.
func (r *Results) Leave(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return &exit.Error{Code: exit.CannotCreate, Err: err}
	}
	if err := leave(dir, "results.json", r.WriteJSON); err != nil {
		return err
	}
	if err := leave(dir, "results.md", r.WriteMarkdown); err != nil {
		return err
	}
	for _, c := range r.charts() {
		if err := c.leave(dir); err != nil {
			return err
		}
	}
	return leave(dir, "report.html", r.WriteHTML)
}

func (c *chart) leave(dir string) error {
	d := c.draw()
	err := leave(dir, c.name+".svg", func(w io.Writer) error {
		_, err := io.WriteString(w, d.file())
		return err
	})
	if err != nil {
		return err
	}
	return leave(dir, c.name+".png", func(w io.Writer) error {
		picture, err := d.raster()
		if err != nil {
			return err
		}
		return png.Encode(w, picture)
	})
}

func leave(dir, name string, write func(io.Writer) error) (err error) {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return &exit.Error{Code: exit.CannotCreate, Err: err}
	}
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	return write(f)
}
