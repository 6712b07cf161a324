//! Textual inversions: words whose embeddings were learnt (Gal et al. 2022), from files of a few kilobytes beside a model.
//!
//! | file | holds |
//! |---|---|
//! | diffusers' `learned_embeds` | each word's vector, `[width]` or `[vectors, width]`, under the word itself |
//! | AUTOMATIC1111's `.pt` | `string_to_param`, `{"*": [vectors, width]}`, and a `name` |
//! | the same as `.safetensors` | `emb_params [vectors, width]` |
//! | for Stable Diffusion XL | `clip_l [vectors, 768]` and `clip_g [vectors, 1280]`, or `text_encoders_0` and `text_encoders_1` |
//! | a LoRA with words of its own | any of these under `bundle_emb.WORD.` |
//!
//! All of them as safetensors or as PyTorch's pickles, of which nothing runs. A word is found in the prompt in any case, as its file spells
//! it (`<birb-style>`) or by its file's name.

use crate::error::{Error, Sentence, Value};
use crate::families;
use crate::files::{Files, Memory};
use crate::sentence;
use crate::weights::{Checkpoint, TensorInfo};
use std::collections::BTreeMap;
use std::ops::Range;

/// One learnt word.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inversion {
    /// What it was added as.
    pub name: String,
    /// What it is called in a prompt.
    pub tokens: Vec<String>,
    /// How many tokens it takes.
    pub vectors: usize,
    /// For each text encoder `[vectors, width]`.
    pub(crate) rows: Vec<Vec<f32>>,
}

/// The words that are added to a model, in order; their vectors are numbered through.
#[derive(Debug, Default)]
pub(crate) struct Inversions(Vec<Inversion>);

/// Part of a text.
pub(crate) enum Named {
    /// Words as any.
    Text(Range<usize>),
    /// A learnt word, and the numbers of its vectors.
    Inversion { name: String, vectors: Range<usize>, range: Range<usize> },
}

impl Inversions {
    pub fn all(&self) -> &[Inversion] {
        &self.0
    }

    /// Adds the words of one file, in place of those of a file of the same name.
    pub fn replace(&mut self, words: Vec<Inversion>) -> Result<(), Error> {
        for word in &words {
            let others = || self.0.iter().filter(|other| other.name != word.name);
            let taken = |token: &String| others().find(|other| other.tokens.iter().any(|t| t.eq_ignore_ascii_case(token)));
            if let Some((token, other)) = word.tokens.iter().find_map(|token| Some((token, taken(token)?))) {
                let problem = sentence!("is called {token} in a prompt, as {other} is", token, other = other.name);
                let hint = sentence!("give one of the files another name");
                return Err(Error::Inversion { name: word.name.clone(), problem, hint });
            }
        }
        self.0.retain(|other| words.iter().all(|word| word.name != other.name));
        self.0.extend(words);
        Ok(())
    }

    /// Takes a file's words away; whether there were any.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|word| word.name != plain(name));
        self.0.len() < before
    }

    /// A vector by its number.
    pub fn vector(&self, encoder: usize, mut number: usize) -> Option<&[f32]> {
        let word = self.0.iter().find(|word| {
            let here = number < word.vectors;
            number -= if here { 0 } else { word.vectors };
            here
        })?;
        let rows = word.rows.get(encoder)?;
        rows.chunks(rows.len() / word.vectors).nth(number)
    }

    /// A text cut at the learnt words in it.
    pub fn named_in(&self, text: &str) -> Vec<Named> {
        let (mut parts, mut from, mut at) = (vec![], 0, 0);
        while at < text.len() {
            let Some((name, vectors)) = self.begins(text, at) else {
                at += text[at..].chars().next().map_or(1, char::len_utf8);
                continue;
            };
            parts.push(Named::Text(from..at));
            from = at + name.len();
            parts.push(Named::Inversion { vectors, range: at..from, name });
            at = from;
        }
        parts.push(Named::Text(from..text.len()));
        parts.retain(|part| !matches!(part, Named::Text(range) if range.is_empty()));
        parts
    }

    /// The longest learnt word that begins at a place of a text; a name of letters is no part of a longer word.
    fn begins(&self, text: &str, at: usize) -> Option<(String, Range<usize>)> {
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let (before, rest) = (text[..at].chars().next_back(), &text[at..]);
        let stands_here = |token: &str| {
            let here = rest.get(..token.len()).is_some_and(|here| here.eq_ignore_ascii_case(token));
            let cut = is_word(before) && is_word(token.chars().next())
                || here && is_word(token.chars().next_back()) && is_word(rest[token.len()..].chars().next());
            here && !cut
        };
        let mut first = 0;
        let named = self.0.iter().flat_map(|word| {
            first += word.vectors;
            let numbers = first - word.vectors..first;
            word.tokens.iter().map(move |token| (token, numbers.clone()))
        });
        let longest = named.filter(|(token, _)| stands_here(token)).max_by_key(|(token, _)| token.len());
        longest.map(|(token, numbers)| (token.clone(), numbers))
    }
}

/// Most bytes of a file: ten thousand vectors of the widest encoder.
const MOST_BYTES: usize = 64 << 20;
/// Most words in one file.
const MOST_WORDS: usize = 1000;

/// What is added to a file's name, and says nothing.
const ENDINGS: &[&str] = &[".safetensors", ".bin", ".pt", ".learned_embeds"];

/// The file's own name: without folders and endings. It is what a prompt may call the word by.
pub fn plain(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    ENDINGS.iter().fold(file, |name, ending| name.strip_suffix(ending).unwrap_or(name))
}

/// Reads a file for text encoders of these widths, with room for so many tokens.
///
/// # Errors
/// One sentence: no textual inversion, one for other widths, or too many vectors.
pub(crate) async fn read(name: &str, bytes: Vec<u8>, widths: &[usize], room: usize) -> Result<Vec<Inversion>, Error> {
    let name = plain(name);
    let wrong = |problem, hint| Error::Inversion { name: name.into(), problem, hint };
    if bytes.len() > MOST_BYTES {
        return Err(wrong(sentence!("has {got} bytes, expected {most} at most", got = bytes.len(), most = MOST_BYTES), NOT_ONE));
    }
    let files = Memory::new(name, [(name, bytes)]);
    let checkpoint = Checkpoint::open_file(&files, name).await?;
    let bundled = bundled(name, &checkpoint, &files, widths, room).await?;
    if !bundled.is_empty() {
        return Ok(bundled);
    }
    let words = words(&checkpoint).ok_or_else(|| wrong(sentence!("holds no embeddings"), NOT_ONE))?;
    if words.iter().flat_map(|(_, tensors)| tensors).any(|tensor| tensor.contains("lora")) {
        return Err(wrong(sentence!("is a LoRA"), sentence!("add it as one")));
    }
    if words.len() > MOST_WORDS {
        return Err(wrong(sentence!("holds {got} words, expected {most} at most", got = words.len(), most = MOST_WORDS), NOT_ONE));
    }
    let mut read = vec![];
    for (word, tensors) in words {
        let shapes: Vec<&TensorInfo> = tensors.iter().map(|tensor| &checkpoint.tensors()[tensor]).collect();
        let vectors = fitting(&shapes, widths, room).map_err(|(problem, hint)| wrong(problem, hint))?;
        let mut rows = vec![];
        for tensor in &tensors {
            rows.push(checkpoint.read(&files, tensor).await?);
        }
        let mut tokens: Vec<String> = word.into_iter().collect();
        if tensors.iter().any(|tensor| tensor == DIFFUSERS[0]) {
            // diffusers' trainers call the vectors so, and write them one after another.
            tokens.push((0..vectors).map(|number| format!("<s{number}>")).collect());
        }
        // The file's name stands for its word where that is only one.
        if read.is_empty() && !tokens.iter().any(|token| token.eq_ignore_ascii_case(name)) {
            tokens.push(name.into());
        }
        tokens.retain(|token| !token.trim().is_empty());
        read.push(Inversion { name: name.into(), tokens, vectors, rows });
    }
    Ok(read)
}

/// What diffusers' trainers of XL call the vectors of both text encoders.
const DIFFUSERS: [&str; 2] = ["text_encoders_0", "text_encoders_1"];

/// How names of words begin that a LoRA brings along (kohya's and AUTOMATIC1111's bundles).
const BUNDLE: &str = "bundle_emb.";

/// The words that a LoRA's file brings along, each called as the file calls it; those for other widths are left out.
pub(crate) async fn bundled(
    name: &str,
    checkpoint: &Checkpoint,
    files: &dyn Files,
    widths: &[usize],
    room: usize,
) -> Result<Vec<Inversion>, Error> {
    let mut words: BTreeMap<&str, BTreeMap<&str, &String>> = BTreeMap::new();
    for tensor in checkpoint.tensors().keys() {
        if let Some((word, part)) = tensor.strip_prefix(BUNDLE).and_then(|rest| rest.split_once('.')) {
            words.entry(word).or_default().insert(part, tensor);
        }
    }
    let mut read = vec![];
    for (word, parts) in words.into_iter().take(MOST_WORDS) {
        let both: Vec<&String> = ["clip_l", "clip_g"].iter().filter_map(|part| parts.get(part).copied()).collect();
        let tensors: Vec<&String> = if both.is_empty() { parts.values().take(1).copied().collect() } else { both };
        let shapes: Vec<&TensorInfo> = tensors.iter().map(|tensor| &checkpoint.tensors()[*tensor]).collect();
        let Ok(vectors) = fitting(&shapes, widths, room) else { continue };
        let mut rows = vec![];
        for tensor in tensors {
            rows.push(checkpoint.read(files, tensor).await?);
        }
        read.push(Inversion { name: name.into(), tokens: vec![word.into()], vectors, rows });
    }
    Ok(read)
}

const NOT_ONE: Sentence = sentence!("give a textual inversion's .bin, .pt or .safetensors file");

/// The words of a file and the tensors of each, one for each text encoder: `clip_l` before `clip_g`.
fn words(checkpoint: &Checkpoint) -> Option<Vec<(Option<String>, Vec<String>)>> {
    let tensors: BTreeMap<&String, &TensorInfo> = checkpoint.tensors().iter().filter(|(_, info)| info.dtype.is_read()).collect();
    let has = |name: &str| tensors.contains_key(&name.to_string());
    for names in [["clip_l", "clip_g"], DIFFUSERS] {
        let both: Vec<String> = names.into_iter().filter(|name| has(name)).map(String::from).collect();
        if !both.is_empty() {
            return Some(vec![(None, both)]);
        }
    }
    if has("emb_params") {
        return Some(vec![(None, vec!["emb_params".into()])]);
    }
    let params: Vec<String> = tensors.keys().filter(|name| name.starts_with("string_to_param.")).map(|name| name.to_string()).collect();
    if !params.is_empty() {
        let name = checkpoint.note("name").filter(|name| !name.trim().is_empty());
        return Some(vec![(name.map(String::from), params[..1].to_vec())]);
    }
    let mut names: Vec<&String> = tensors.iter().filter(|(_, info)| matches!(info.shape.len(), 1 | 2)).map(|(name, _)| *name).collect();
    let in_brackets = |name: &str| name.starts_with('<') && name.ends_with('>');
    if names.iter().any(|name| in_brackets(name)) {
        names.retain(|name| in_brackets(name)); // words that were trained together with a LoRA lie beside its layers
    }
    let words = names.into_iter().map(|name| (Some(name.clone()), vec![name.clone()]));
    Some(words.collect::<Vec<_>>()).filter(|words| !words.is_empty())
}

/// How many vectors a word's tensors are, if they fit the encoders; else the end of a sentence, and what to do.
fn fitting(tensors: &[&TensorInfo], widths: &[usize], room: usize) -> Result<usize, (Sentence, Sentence)> {
    let width = |info: &TensorInfo| info.shape.last().copied().unwrap_or(0);
    let got: Vec<usize> = tensors.iter().map(|info| width(info)).collect();
    if got != widths {
        let named = |widths: &[usize]| match (families::of_vectors(widths), Value::all(widths)) {
            (Some(family), all) => sentence!("{all} numbers ({family})", all, family),
            (None, all) => sentence!("{all} numbers", all),
        };
        let problem = sentence!("has vectors of {got}, this model's are of {own}", got = named(&got), own = named(widths));
        return Err((problem, sentence!("use one that was made for this family")));
    }
    let counts: Vec<usize> = tensors.iter().map(|info| if info.shape.len() == 1 { 1 } else { info.rows() }).collect();
    match counts[..] {
        [vectors, ..] if counts.iter().all(|count| *count == vectors) && (1..=room).contains(&vectors) => Ok(vectors),
        _ => Err((sentence!("has {got} vectors, expected 1 to {most}", got = Value::all(&counts), most = room), NOT_ONE)),
    }
}
