//! What a benchmark found, as a file that is whole after every row: what is stopped leaves what it had.

use crate::Failure;
use decant_graph::Device;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The rows so far, and the file that they are written to, if any.
pub(super) struct Report {
    file: Option<PathBuf>,
    all: Value,
    /// The most operations in a second that the adapter does, where it was measured.
    pub peak: Option<f64>,
}

impl Report {
    /// A report on that device, without a row.
    pub fn new(file: Option<&Path>, device: &dyn Device, peak: Option<f64>) -> Result<Report, Failure> {
        let made = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        let caps = device.path().is_none().then(|| device.caps());
        let gpu = caps.map(|caps| json!({ "software": caps.software, "f16": caps.f16, "kernels": device.kernel_choice().to_string() }));
        let all = json!({
            "kind": "decant", "made": made, "device": device.name(), "path": device.path(), "gpu": gpu, "peak": peak, "operations": [], "model": null,
            "pictures": [],
        });
        let report = Report { file: file.map(Path::to_path_buf), all, peak };
        report.write()?;
        Ok(report)
    }

    /// Adds a row to a list.
    pub fn push(&mut self, list: &str, row: Value) -> Result<(), Failure> {
        self.all[list].as_array_mut().expect("new made every list").push(row);
        self.write()
    }

    /// Says one thing.
    pub fn set(&mut self, name: &str, value: Value) -> Result<(), Failure> {
        self.all[name] = value;
        self.write()
    }

    /// `47%` of the peak, or nothing.
    pub fn share(&self, per_second: f64) -> String {
        self.peak.map_or(String::new(), |peak| format!("{:.0}%", 100.0 * per_second / peak))
    }

    fn write(&self) -> Result<(), Failure> {
        let Some(file) = &self.file else { return Ok(()) };
        let beside = file.with_extension("part");
        std::fs::write(&beside, serde_json::to_string_pretty(&self.all)? + "\n")?;
        Ok(std::fs::rename(beside, file)?)
    }
}
