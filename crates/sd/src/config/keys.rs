//! What is known about each key of a configuration, as a table.

/// What Decant does with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Its value is followed. Absent, it is this one, as JSON.
    Honour(&'static str),
    /// It must be one of these, as JSON; other values need code that is not there. Absent, it is the first.
    Only(&'static [&'static str]),
    /// It cannot change a picture.
    Ignore,
}

/// One key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRow {
    /// Its name in the file.
    pub key: &'static str,
    /// What is done with it.
    pub rule: Rule,
    /// Why it may be ignored, or why there is only one value; empty where it is honoured.
    pub why: &'static str,
}

/// The keys of one class.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// diffusers' or transformers' class.
    pub class: &'static str,
    /// Its own keys, then those that every class of its library has.
    pub keys: [&'static [KeyRow]; 2],
}

impl Table {
    /// A key's row.
    pub fn row(&self, key: &str) -> Option<&'static KeyRow> {
        self.rows().find(|row| row.key == key)
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = &'static KeyRow> {
        self.keys.into_iter().flatten()
    }
}

pub(super) const fn honour(key: &'static str, default: &'static str) -> KeyRow {
    KeyRow { key, rule: Rule::Honour(default), why: "" }
}

pub(super) const fn only(key: &'static str, values: &'static [&'static str], why: &'static str) -> KeyRow {
    KeyRow { key, rule: Rule::Only(values), why }
}

pub(super) const fn ignore(key: &'static str, why: &'static str) -> KeyRow {
    KeyRow { key, rule: Rule::Ignore, why }
}

/// What diffusers writes into every configuration.
pub(super) const DIFFUSERS: &[KeyRow] = &[
    ignore("_diffusers_version", "who wrote the file"),
    ignore("_name_or_path", "where the file came from"),
    ignore("_commit_hash", "where the file came from"),
    ignore("_use_default_values", "which keys were absent"),
];

/// What transformers writes into every configuration (5's `PreTrainedConfig`, and what 4's wrote besides).
pub(super) const TRANSFORMERS: &[KeyRow] = &[
    ignore("_name_or_path", "where the file came from"),
    ignore("_commit_hash", "where the file came from"),
    ignore("_attn_implementation_autoset", "which kernel, not what it computes"),
    ignore("architectures", "which class saved the file; the weights' names say the rest"),
    ignore("transformers_version", "who wrote the file"),
    ignore("torch_dtype", "the weights' own types are read"),
    ignore("dtype", "the weights' own types are read"),
    ignore("return_dict", "shape of a Python result"),
    ignore("output_hidden_states", "shape of a Python result"),
    ignore("output_attentions", "shape of a Python result"),
    ignore("torchscript", "export"),
    ignore("chunk_size_feed_forward", "same numbers in smaller pieces"),
    ignore("id2label", "classification"),
    ignore("label2id", "classification"),
    ignore("problem_type", "classification"),
    ignore("finetuning_task", "training"),
    ignore("gradient_checkpointing", "training"),
    ignore("tie_word_embeddings", "there is no output vocabulary"),
    ignore("use_cache", "a text encoder runs once"),
    ignore("tokenizer_class", "the tokenizer has its own file"),
    only("is_encoder_decoder", &["false"], "a text encoder is one half only"),
    only("is_decoder", &["false"], "CLIP reads it nowhere, another class would"),
    only("add_cross_attention", &["false"], "CLIP has none"),
    only("pruned_heads", &["{}"], "heads are all there"),
    only("use_bfloat16", &["false"], "arithmetic is f32"),
];
