//! Golden files, devices and distances for the tests.

#![allow(dead_code, reason = "each test file uses its own part")]

pub mod net;
pub mod run;

use decant_gpu::Gpu;
use decant_graph::{Cpu, Device};
use safetensors::SafeTensors;
use safetensors::tensor::Metadata;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::rc::Rc;

/// A folder of the repository.
pub fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// The CPU runner and the GPU (a software one on machines without). A test has one GPU however often it asks: each would compile the
/// kernels anew, which takes a software one longer than most runs.
pub fn devices() -> Vec<Rc<dyn Device>> {
    // Never dropped: a thread's end is too late for what the driver keeps in the thread.
    thread_local!(static GPU: OnceCell<ManuallyDrop<Gpu>> = const { OnceCell::new() });
    let request =
        || ManuallyDrop::new(pollster::block_on(Gpu::request()).expect("a Vulkan driver; tests/rig/setup_vulkan.sh installs one"));
    vec![Rc::new(Cpu), Rc::new(GPU.with(|gpu| Gpu::clone(gpu.get_or_init(request))))]
}

/// Whether the GPU is compared with every golden and not with a sample: `DECANT_ALL=1`, minutes on a software one.
pub fn all_on_gpu() -> bool {
    std::env::var_os("DECANT_ALL").is_some()
}

/// Numbers as a file stores them.
pub fn f32s(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// A safetensors file of tensors by name: type, shape and bytes, whatever they claim.
pub fn safetensors<T: Display>(tensors: &BTreeMap<String, (T, Vec<usize>, Vec<u8>)>, metadata: &str) -> Vec<u8> {
    let (mut header, mut data) = (vec![format!(r#""__metadata__":{{{metadata}}}"#)], vec![]);
    for (name, (dtype, shape, bytes)) in tensors {
        let begin = data.len();
        data.extend(bytes);
        header.push(format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[{begin},{}]}}"#, data.len()));
    }
    let header = format!("{{{}}}", header.join(","));
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat()
}

/// A safetensors file of float32.
pub struct Golden {
    bytes: Vec<u8>,
    metadata: Metadata,
}

impl Golden {
    pub fn open(name: &str) -> Golden {
        let path = folder("tests/golden").join(format!("{name}.safetensors"));
        Golden::from_bytes(std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
    }

    pub fn from_bytes(bytes: Vec<u8>) -> Golden {
        let (_, metadata) = SafeTensors::read_metadata(&bytes).expect("a golden file is sound");
        Golden { bytes, metadata }
    }

    /// The names of all golden files that begin like this.
    pub fn names(start: &str) -> Vec<String> {
        let entries = std::fs::read_dir(folder("tests/golden")).expect("the golden files are there").flatten();
        let names = entries.filter_map(|e| Some(e.file_name().to_str()?.strip_suffix(".safetensors")?.to_string()));
        let mut names: Vec<String> = names.filter(|n| n.starts_with(start)).collect();
        names.sort();
        assert!(!names.is_empty(), "no golden file begins with {start}");
        names
    }

    /// A tensor that not every file has.
    pub fn find(&self, name: &str) -> Option<Vec<f32>> {
        self.metadata.info(name).map(|_| self.get(name))
    }

    pub fn has_setting(&self, key: &str) -> bool {
        self.metadata.metadata().as_ref().is_some_and(|m| m.contains_key(key))
    }

    pub fn get(&self, name: &str) -> Vec<f32> {
        let file = SafeTensors::deserialize(&self.bytes).expect("a golden file is sound");
        let tensor = file.tensor(name).unwrap_or_else(|e| panic!("{name}: {e}"));
        tensor.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect()
    }

    /// Entry `i` of a batch.
    pub fn one(&self, name: &str, batch: usize, i: usize) -> Vec<f32> {
        let all = self.get(name);
        all.chunks(all.len() / batch).nth(i).expect("as many as the batch has").to_vec()
    }

    pub fn shape(&self, name: &str) -> Vec<usize> {
        self.metadata.info(name).unwrap_or_else(|| panic!("{name} is not in the file")).shape.clone()
    }

    pub fn tensors(&self) -> Vec<String> {
        let mut names: Vec<String> = self.metadata.tensors().into_keys().collect();
        names.sort();
        names
    }

    /// What stands before the last dot of the tensors' names.
    pub fn cases(&self) -> Vec<String> {
        let mut cases: Vec<String> = self.tensors().iter().filter_map(|n| Some(n.rsplit_once('.')?.0.to_string())).collect();
        cases.dedup();
        cases
    }

    pub fn setting(&self, key: &str) -> String {
        self.metadata.metadata().as_ref().and_then(|m| m.get(key).cloned()).unwrap_or_else(|| panic!("no {key} in the metadata"))
    }
}

/// Root of the mean square difference, relative to the root mean square of what was expected.
pub fn relative_rms(expected: &[f32], got: &[f32]) -> f64 {
    assert_eq!(expected.len(), got.len());
    let sum = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>();
    let difference = sum(&mut expected.iter().zip(got).map(|(e, g)| *e as f64 - *g as f64));
    (difference / sum(&mut expected.iter().map(|e| *e as f64)).max(1e-30)).sqrt()
}

/// Root of the mean square difference: of latents, which have a spread of about 1, or of pictures from 0 to 1.
pub fn rms(expected: &[f32], got: &[f32]) -> f64 {
    assert_eq!(expected.len(), got.len());
    let sum: f64 = expected.iter().zip(got).map(|(e, g)| (f64::from(*e) - f64::from(*g)).powi(2)).sum();
    (sum / got.len() as f64).sqrt()
}

pub fn largest_difference(expected: &[f32], got: &[f32]) -> f32 {
    assert_eq!(expected.len(), got.len());
    expected.iter().zip(got).map(|(e, g)| (e - g).abs()).fold(0.0, f32::max)
}
