//! Text with indentation.

/// Collects lines, each indented by the blocks that are open.
///
/// ```
/// use sync_codegen::emit::writer::Writer;
///
/// let mut out = Writer::new("  ");
/// out.open("interface Square {");
/// out.line("file: string;");
/// out.close("}");
/// assert_eq!(out.finish(), "interface Square {\n  file: string;\n}\n");
/// ```
#[derive(Debug)]
pub struct Writer {
    text: String,
    indent: &'static str,
    depth: usize,
}

impl Writer {
    /// An empty text whose blocks are indented by `indent`.
    #[must_use]
    pub fn new(indent: &'static str) -> Self {
        Self { text: String::new(), indent, depth: 0 }
    }

    /// Adds `line`; an empty one gets no indentation.
    pub fn line(&mut self, line: impl AsRef<str>) {
        let line = line.as_ref();
        if !line.is_empty() {
            (0..self.depth).for_each(|_| self.text.push_str(self.indent));
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    /// Adds `line` and indents what follows.
    pub fn open(&mut self, line: impl AsRef<str>) {
        self.line(line);
        self.depth += 1;
    }

    /// Ends the innermost block with `line`.
    pub fn close(&mut self, line: impl AsRef<str>) {
        self.dedent();
        self.line(line);
    }

    /// Ends the innermost block without a line.
    pub fn dedent(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Returns the text; every line ends with a newline.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }
}
