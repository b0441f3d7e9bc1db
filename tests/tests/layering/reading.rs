//! What one Rust source file names: every path it writes or imports, and every word.
//!
//! The lexer of the macro interface splits the text, so comments and strings name nothing, while macro bodies and test modules do. Paths
//! are as written, but for `crate`, `self` and `super`, which are resolved into paths from the crate's root, led by `crate`.
//!
//! Out of scope: following an import to where its names are used; what macros expand to.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) segments: Vec<String>,
    /// An import brings along all that lies below it.
    pub(crate) imported: bool,
    pub(crate) line: usize,
}

/// What a file names.
#[derive(Debug, Default)]
pub(crate) struct Source {
    pub(crate) paths: Vec<Named>,
    /// Identifiers and keywords, each with its line; the name of a macro that is called ends in `!`.
    pub(crate) words: Vec<(String, usize)>,
}

/// Reads `text`, the file of the module `module` (its names below the crate's root).
pub(crate) fn read(text: &str, module: &[String]) -> Result<Source, String> {
    let stream: TokenStream = text.parse().map_err(|error| format!("not Rust: {error}"))?;
    let mut source = Source::default();
    source.walk(stream, module);
    Ok(source)
}

/// The module of the file at `path` below `src`.
pub(crate) fn module_of(path: &str) -> Vec<String> {
    let mut names: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    let last = names.last().map(String::as_str);
    if last == Some("mod") || (names.len() == 1 && matches!(last, Some("lib" | "main"))) {
        names.pop();
    }
    names
}

impl Source {
    fn walk(&mut self, stream: TokenStream, module: &[String]) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at..] {
                [TokenTree::Ident(word), rest @ ..] if word == "use" => {
                    self.word("use", word.span().start().line);
                    at += 1 + self.import(rest, &[], module);
                }
                [TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Group(body), ..]
                    if word == "mod" && body.delimiter() == Delimiter::Brace =>
                {
                    self.walk(body.stream(), &[module, &[name.to_string()]].concat());
                    at += 3;
                }
                rest @ [TokenTree::Ident(_), ..] => at += self.path(rest, module),
                [TokenTree::Group(group), ..] => {
                    self.walk(group.stream(), module);
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    /// Reads the path at the start of `tokens`; returns how many it is made of.
    fn path(&mut self, tokens: &[TokenTree], module: &[String]) -> usize {
        let mut segments = Vec::new();
        let mut taken = 0;
        while let Some(TokenTree::Ident(segment)) = tokens.get(taken) {
            let called = matches!(tokens.get(taken + 1), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
            self.word(&format!("{segment}{}", if called { "!" } else { "" }), segment.span().start().line);
            segments.push(segment.to_string());
            taken += 1;
            if !separated(&tokens[taken..]) || !matches!(tokens.get(taken + 2), Some(TokenTree::Ident(_))) {
                break;
            }
            taken += 2;
        }
        self.named(&segments, false, line(tokens), module);
        taken
    }

    /// Reads an import tree below `above`; returns how many tokens it is made of.
    fn import(&mut self, tokens: &[TokenTree], above: &[String], module: &[String]) -> usize {
        let mut segments = above.to_vec();
        let mut taken = if separated(tokens) { 2 } else { 0 };
        loop {
            match tokens.get(taken) {
                Some(TokenTree::Ident(word)) if word == "self" && !segments.is_empty() => {}
                Some(TokenTree::Ident(word)) => {
                    self.word(&word.to_string(), word.span().start().line);
                    segments.push(word.to_string());
                }
                Some(TokenTree::Group(group)) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    for branch in inner.split(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',')) {
                        if !branch.is_empty() {
                            self.import(branch, &segments, module);
                        }
                    }
                    return taken + 1;
                }
                _ => break,
            }
            taken += 1;
            if !separated(&tokens[taken..]) {
                break;
            }
            taken += 2;
        }
        self.named(&segments, true, line(tokens), module);
        taken
    }

    fn named(&mut self, segments: &[String], imported: bool, line: usize, module: &[String]) {
        let ups = segments.iter().take_while(|segment| *segment == "super").count();
        let (kept, rest) = match segments.first().map(String::as_str) {
            Some("self") => (module.len(), &segments[1..]),
            Some("super") => (module.len().saturating_sub(ups), &segments[ups..]),
            _ => return self.paths.push(Named { segments: segments.to_vec(), imported, line }),
        };
        let segments = [&["crate".to_owned()], &module[..kept], rest].concat();
        self.paths.push(Named { segments, imported, line });
    }

    fn word(&mut self, word: &str, line: usize) {
        self.words.push((word.to_owned(), line));
    }
}

/// Whether `::` stands at the start.
fn separated(tokens: &[TokenTree]) -> bool {
    let colon = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ':');
    matches!(tokens, [first, second, ..] if colon(first) && colon(second))
}

fn line(tokens: &[TokenTree]) -> usize {
    tokens.first().map_or(0, |token| token.span().start().line)
}

#[cfg(test)]
mod tests {
    use super::{module_of, read};

    fn paths(text: &str, module: &[&str]) -> Vec<String> {
        let module: Vec<String> = module.iter().map(|name| (*name).to_owned()).collect();
        read(text, &module).unwrap().paths.iter().map(|path| path.segments.join("::")).collect()
    }

    #[test]
    fn an_import_tree_names_each_of_its_leaves() {
        let text = "use std::{fs::{self, File}, io as input, net::*};";
        assert_eq!(paths(text, &[]), ["std::fs", "std::fs::File", "std::io", "std::net"]);
    }

    #[test]
    fn paths_are_found_in_types_expressions_and_macros() {
        let text = "fn f(x: &tokio::task::Id) -> Vec<::sled::Db> { vec![libp2p::identity::generate(std::env::args())] }";
        let found = paths(text, &[]);
        for wanted in ["tokio::task::Id", "sled::Db", "libp2p::identity::generate", "std::env::args"] {
            assert!(found.iter().any(|path| path == wanted), "{wanted} in {found:?}");
        }
    }

    #[test]
    fn comments_and_strings_name_nothing() {
        let source = read("/// `unsafe` std::fs\n// todo!()\nconst A: &str = \"std::net unsafe\";", &[]).unwrap();
        assert!(source.words.iter().all(|(word, _)| word != "unsafe" && word != "todo!"), "{:?}", source.words);
        assert!(source.paths.iter().all(|path| path.segments[0] != "std"), "{:?}", source.paths);
    }

    #[test]
    fn self_and_super_are_resolved_through_inline_modules() {
        let text = "use super::peers; mod tests { use super::super::super::api::serve; fn f() { self::g() } }";
        let found = paths(text, &["network", "heads"]);
        for wanted in ["crate::network::peers", "crate::api::serve", "crate::network::heads::tests::g"] {
            assert!(found.iter().any(|path| path == wanted), "{wanted} in {found:?}");
        }
    }

    #[test]
    fn words_carry_their_lines_and_macro_calls_their_mark() {
        let words = read("fn f() {\n    todo!()\n}\n", &[]).unwrap().words;
        assert!(words.contains(&("todo!".to_owned(), 2)), "{words:?}");
    }

    #[test]
    fn files_stand_for_modules() {
        assert_eq!(module_of("lib.rs"), Vec::<String>::new());
        assert_eq!(module_of("network/mod.rs"), ["network"]);
        assert_eq!(module_of("network/heads.rs"), ["network", "heads"]);
    }
}
