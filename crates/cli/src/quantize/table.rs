//! What quantizing did: a bar while it runs, then a line for each network, and on request a row for each tensor.

use super::of;
use crate::arguments::Quantize;
use crate::{Failure, output};
use decant_sd::weights::quantize::{Written, decibels};
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(super) struct Table {
    bar: ProgressBar,
    rows: Vec<Row>,
    networks: Vec<(String, Sums)>,
    files: Vec<PathBuf>,
}

/// One tensor.
struct Row {
    path: String,
    kind: &'static str,
    shape: String,
    bytes: u64,
    decibels: f64,
}

/// A network, or all of them.
#[derive(Default)]
struct Sums {
    tensors: usize,
    numbers: u64,
    before: u64,
    bytes: u64,
    signal: f64,
    noise: f64,
    kinds: BTreeMap<&'static str, usize>,
}

impl Table {
    pub fn new(bar: ProgressBar, numbers: u64) -> Table {
        bar.set_length(numbers);
        Table { bar, rows: Vec::new(), networks: Vec::new(), files: Vec::new() }
    }

    /// A tensor was written.
    pub fn note(&mut self, written: &Written) {
        let planned = written.planned;
        self.bar.set_prefix(planned.component.to_string());
        self.bar.inc(planned.numbers() as u64);
        self.rows.push(Row {
            path: planned.path(),
            kind: planned.encoding.row().name,
            shape: planned.shape().iter().map(usize::to_string).collect::<Vec<_>>().join("x"),
            bytes: written.bytes,
            decibels: decibels(written.signal, written.noise),
        });
        if self.networks.last().is_none_or(|(name, _)| name != planned.component) {
            self.networks.push((planned.component.into(), Sums::default()));
        }
        let (_, sums) = self.networks.last_mut().expect("it was pushed above");
        sums.add(written);
    }

    /// A file is complete.
    pub fn file(&mut self, path: &Path) {
        self.files.push(path.into());
    }

    /// Prints, and writes the table that was asked for.
    pub fn finish(self, options: &Quantize) -> Result<(), Failure> {
        self.bar.finish_and_clear();
        if options.verbose {
            for row in &self.rows {
                say!("{:>5}  {:>12}  {:>20}  {:>8}  {}", row.kind, row.bytes, row.shape, spelled(row.decibels), row.path);
            }
        }
        let mut all = Sums::default();
        for (network, sums) in &self.networks {
            say!("{network:14} {sums}");
            all.join(sums);
        }
        say!("{:14} {all}", "in all");
        for file in &self.files {
            say!("{}", file.display());
        }
        match &options.table {
            Some(path) => output::write(path, self.csv().as_bytes()),
            None => Ok(()),
        }
    }

    fn csv(&self) -> String {
        let row = |row: &Row| format!("{},{},{},{},{:.2}\n", row.path, row.kind, row.shape, row.bytes, row.decibels);
        self.rows.iter().map(row).fold("tensor,type,shape,bytes,snr_db\n".into(), |text, row| text + &row)
    }
}

impl Sums {
    fn add(&mut self, written: &Written) {
        let planned = written.planned;
        *self.kinds.entry(planned.encoding.row().name).or_default() += planned.numbers();
        self.tensors += 1;
        self.numbers += planned.numbers() as u64;
        self.before += planned.bytes_before();
        self.bytes += written.bytes;
        self.signal += written.signal;
        self.noise += written.noise;
    }

    fn join(&mut self, other: &Sums) {
        self.tensors += other.tensors;
        self.numbers += other.numbers;
        self.before += other.before;
        self.bytes += other.bytes;
        self.signal += other.signal;
        self.noise += other.noise;
        for (kind, numbers) in &other.kinds {
            *self.kinds.entry(kind).or_default() += numbers;
        }
    }
}

impl std::fmt::Display for Sums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kinds: Vec<String> = self.kinds.iter().map(|(kind, numbers)| format!("{kind} {:.2} M", *numbers as f64 / 1e6)).collect();
        let (size, lost) = (of(self.bytes, self.before), spelled(decibels(self.signal, self.noise)));
        write!(
            f,
            "{} tensors, {:.2} M numbers ({}), {size}, signal to noise {lost}",
            self.tensors,
            self.numbers as f64 / 1e6,
            kinds.join(", ")
        )
    }
}

fn spelled(decibels: f64) -> String {
    if decibels.is_finite() { format!("{decibels:.1} dB") } else { "exact".into() }
}
