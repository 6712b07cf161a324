//! A source that looks like a diffusers folder: its own files, and made ones where it has none.

use crate::Error;
use crate::files::{Files, LocalFuture, read_exactly};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

/// Files over files.
pub(super) struct Made {
    source: Rc<dyn Files>,
    /// The source's own names, where it can list them: nobody asks a server for what it does not have.
    listed: Option<Vec<String>>,
    made: BTreeMap<String, Vec<u8>>,
}

impl Made {
    pub async fn over(source: Rc<dyn Files>, made: BTreeMap<String, Value>) -> Result<Made, Error> {
        Made::with(source, made.into_iter().map(|(name, value)| (name, value.to_string().into_bytes())).collect()).await
    }

    pub async fn with(source: Rc<dyn Files>, made: BTreeMap<String, Vec<u8>>) -> Result<Made, Error> {
        let listed = source.names().await?;
        Ok(Made { source, listed, made })
    }

    fn may_have(&self, name: &str) -> bool {
        self.listed.as_ref().is_none_or(|names| names.iter().any(|own| own == name))
    }
}

impl Files for Made {
    fn place(&self) -> String {
        self.source.place()
    }

    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        Box::pin(async move {
            let own = if self.may_have(name) { self.source.size(name).await? } else { None };
            Ok(own.or(self.made.get(name).map(|bytes| bytes.len() as u64)))
        })
    }

    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(async move {
            let made = self.made.get(name);
            let own = made.is_none() || (self.may_have(name) && self.source.size(name).await?.is_some());
            match made {
                Some(bytes) if !own => {
                    let part = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
                    let part = part.and_then(|(start, end)| bytes.get(start..end)).map(<[u8]>::to_vec);
                    Ok(part.unwrap_or_default())
                }
                _ => read_exactly(&*self.source, name, range).await,
            }
        })
    }

    fn names<'a>(&'a self) -> LocalFuture<'a, Result<Option<Vec<String>>, Error>> {
        let all = self.listed.as_ref().map(|names| {
            let mut all: Vec<String> = names.iter().chain(self.made.keys()).cloned().collect();
            all.sort();
            all.dedup();
            all
        });
        Box::pin(std::future::ready(Ok(all)))
    }
}

/// `tokenizer_config.json` as Stable Diffusion's published ones have it; `padding` is the token that fills up a row.
pub(super) fn tokenizer(padding: &str) -> Value {
    let token = |text: &str| json!({"content": text, "lstrip": false, "normalized": true, "rstrip": false, "single_word": false});
    json!({
        "bos_token": token("<|startoftext|>"),
        "eos_token": token("<|endoftext|>"),
        "unk_token": token("<|endoftext|>"),
        "pad_token": padding,
        "model_max_length": 77,
        "tokenizer_class": "CLIPTokenizer",
    })
}
