use std::fmt;

use model::{field::Said, said};
use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::{Element, Node, encoding};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 50 * 1024 * 1024;
/// The deepest nesting of elements; JMeter itself reads recursively.
pub const MAX_DEPTH: usize = 400;
/// The most elements of a file.
pub const MAX_ELEMENTS: usize = 1_000_000;

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    Syntax {
        line: usize,
        problem: String,
    },
    NotText(&'static str),
    Encoding(String),
    DocumentType,
    Entity(String),
    /// Which limit is passed.
    TooLarge(Said),
}

impl Error {
    /// The message, which is about a file, and how to say it in another language.
    pub fn said(&self) -> Said {
        match self {
            Self::Syntax { line, problem } => said!(
                "XML_SYNTAX",
                "is not well-formed XML: {} (line {})",
                problem,
                line
            ),
            Self::NotText(encoding) => said!("XML_NOT_TEXT", "is not {} text, though it should be", encoding),
            Self::Encoding(name) => said!(
                "XML_ENCODING",
                "has the encoding {}, which is not read here: save it as UTF-8",
                name
            ),
            Self::DocumentType => said!(
                "XML_DOCUMENT_TYPE",
                "has a document type declaration, which is refused"
            ),
            Self::Entity(name) => said!("XML_ENTITY", "uses the entity &{};, which is not defined", name),
            Self::TooLarge(said) => said.clone(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said().detail)
    }
}

/// Reads a whole document and answers its root element.
pub fn parse(bytes: &[u8]) -> Result<Element, Error> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::TooLarge(said!(
            "XML_BYTES",
            "has more than {} bytes",
            MAX_BYTES
        )));
    }
    let text = encoding::decode(bytes)?;
    let mut reader = Reader::from_str(&text);
    reader.config_mut().enable_all_checks(true);
    let mut tree = Tree::default();
    loop {
        let event = reader.read_event();
        let line = || {
            1 + text[..usize::try_from(reader.buffer_position())
                .unwrap_or(0)
                .min(text.len())]
                .matches('\n')
                .count()
        };
        let outcome = match event {
            Ok(Event::Eof) => return tree.finish().map_err(|problem| problem.at(line())),
            Ok(event) => tree.take(event),
            Err(error) => Err(Problem::Syntax(error.to_string())),
        };
        outcome.map_err(|problem| problem.at(line()))?;
    }
}

/// A problem that does not know its line yet.
enum Problem {
    Syntax(String),
    Other(Error),
}

impl Problem {
    fn syntax(problem: impl ToString) -> Self {
        Self::Syntax(problem.to_string())
    }

    fn at(self, line: usize) -> Error {
        match self {
            Self::Syntax(problem) => Error::Syntax { line, problem },
            Self::Other(error) => error,
        }
    }
}

/// The document as far as it has been read.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn take(&mut self, event: Event<'_>) -> Result<(), Problem> {
        match event {
            Event::Start(start) => {
                let element = self.element(&start)?;
                if self.open.len() >= MAX_DEPTH {
                    return Err(Problem::Other(Error::TooLarge(said!(
                        "XML_DEPTH",
                        "has more than {} nested elements",
                        MAX_DEPTH
                    ))));
                }
                self.open.push(element);
                Ok(())
            }
            Event::Empty(start) => {
                let element = self.element(&start)?;
                self.close(element)
            }
            Event::End(_) => match self.open.pop() {
                Some(element) => self.close(element),
                None => Err(Problem::syntax("an end tag without a start tag")),
            },
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref().map_err(Problem::syntax)? {
                    Some(character) => character.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&reference)
                        .ok_or_else(|| Problem::Other(Error::Entity(reference.to_string())))?
                        .to_owned(),
                };
                self.text(&resolved)
            }
            Event::Comment(comment) => {
                if let Some(parent) = self.open.last_mut() {
                    parent.children.push(Node::Comment(comment.to_string()));
                }
                Ok(())
            }
            Event::DocType(_) => Err(Problem::Other(Error::DocumentType)),
            Event::Decl(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn element(&mut self, start: &BytesStart<'_>) -> Result<Element, Problem> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(Problem::Other(Error::TooLarge(said!(
                "XML_ELEMENTS",
                "has more than {} elements",
                MAX_ELEMENTS
            ))));
        }
        let mut element = Element::new(start.name().as_ref());
        for attribute in start.attributes() {
            let attribute = attribute.map_err(Problem::syntax)?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(Problem::syntax)?;
            element
                .attributes
                .push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        Ok(element)
    }

    fn text(&mut self, text: &str) -> Result<(), Problem> {
        let Some(parent) = self.open.last_mut() else {
            return match text.trim_start_matches('\u{feff}').trim() {
                "" => Ok(()),
                _ => Err(Problem::syntax("text outside of the root element")),
            };
        };
        match parent.children.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ => parent.children.push(Node::Text(text.to_owned())),
        }
        Ok(())
    }

    fn close(&mut self, element: Element) -> Result<(), Problem> {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(element)),
            None if self.root.is_none() => self.root = Some(element),
            None => return Err(Problem::syntax("more than one root element")),
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Element, Problem> {
        match self.open.last() {
            Some(element) => Err(Problem::syntax(format!("<{}> is not closed", element.name))),
            None => self.root.take().ok_or_else(|| Problem::syntax("no element")),
        }
    }
}
