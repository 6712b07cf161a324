//! Which kernels are chosen by trying them, on a GPU that is not there: it computes small cases as the CPU does, and takes as long for the
//! large ones as the test says.

use decant_graph::device::Timing;
use decant_graph::tune::{CLASSES, tune};
use decant_graph::{Cpu, Device, Error, Executable, Input, KernelChoice, LocalFuture, Program, WeightSet, WeightUse};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Arithmetic of a case that is too large to compute here.
const LARGE: u64 = 500_000_000;

#[derive(Default)]
struct Pretend {
    now: Rc<Cell<f64>>,
    choice: RefCell<KernelChoice>,
    /// Kernels whose numbers are wrong, and those that take a tenth of the time.
    wrong: Vec<&'static str>,
    fast: Vec<&'static str>,
    refuses: bool,
}

impl Device for Pretend {
    fn name(&self) -> String {
        "a pretended GPU".into()
    }

    fn memory(&self) -> u64 {
        u64::MAX
    }

    fn kernel_choice(&self) -> KernelChoice {
        self.choice.borrow().clone()
    }

    fn choose_kernels(&self, choice: KernelChoice) {
        self.choice.replace(choice);
    }

    fn weight_set(&self) -> Box<dyn WeightSet> {
        let forced = self.choice.borrow().forced.clone().expect("a candidate is tried");
        let has = |names: &[&str]| names.contains(&forced.as_str());
        let seconds = if has(&self.fast) { 0.1 } else { 1.0 };
        Box::new(Weights { set: Cpu.weight_set(), now: self.now.clone(), seconds, wrong: has(&self.wrong), refuses: self.refuses })
    }
}

struct Weights {
    set: Box<dyn WeightSet>,
    now: Rc<Cell<f64>>,
    seconds: f64,
    wrong: bool,
    refuses: bool,
}

impl WeightSet for Weights {
    fn upload_rows(&mut self, weight: &WeightUse, first_row: usize, values: &[f32]) -> Result<(), Error> {
        self.set.upload_rows(weight, first_row, values)
    }

    fn holds(&self, name: &str) -> bool {
        self.set.holds(name)
    }

    fn retain(&mut self, keep: &mut dyn FnMut(&str) -> bool) {
        self.set.retain(keep);
    }

    fn clear(&mut self) {
        self.set.clear();
    }

    fn settle<'a>(&'a self) -> LocalFuture<'a, Result<(), Error>> {
        self.set.settle()
    }

    fn ready<'a>(&'a self, program: Rc<Program>) -> LocalFuture<'a, Result<Box<dyn Executable>, Error>> {
        Box::pin(async move {
            if self.refuses {
                return Err(Error::Lost("it was pulled out".into()));
            }
            let large = program.flops() > LARGE;
            let real = if large { None } else { Some(self.set.ready(program).await?) };
            Ok(Box::new(Run { real, now: self.now.clone(), seconds: self.seconds, wrong: self.wrong }) as Box<dyn Executable>)
        })
    }
}

struct Run {
    real: Option<Box<dyn Executable>>,
    now: Rc<Cell<f64>>,
    seconds: f64,
    wrong: bool,
}

impl Executable for Run {
    fn run<'a>(&'a mut self, inputs: &'a [(&'a str, Input<'a>)]) -> LocalFuture<'a, Result<Vec<Vec<f32>>, Error>> {
        Box::pin(async move {
            let Some(real) = &mut self.real else {
                self.now.set(self.now.get() + self.seconds);
                return Ok(vec![]);
            };
            let mut outputs = real.run(inputs).await?;
            if self.wrong {
                outputs[0][0] += 1e3;
            }
            Ok(outputs)
        })
    }

    fn profile<'a>(&'a mut self, _: &'a [(&'a str, Input<'a>)]) -> LocalFuture<'a, Result<Vec<Timing>, Error>> {
        Box::pin(async { Err(Error::Device("it has no clock".into())) })
    }
}

fn tuned(gpu: &Pretend, budget: f64) -> Result<decant_graph::tune::Tuned, Error> {
    let now = gpu.now.clone();
    pollster::block_on(tune(gpu, budget, &|| now.get(), &mut |_| {}))
}

#[test]
fn the_fastest_that_is_right_is_taken_and_what_is_wrong_is_left_out() -> Result<(), Error> {
    let gpu = Pretend { wrong: vec!["tall", "q2"], fast: vec!["tall", "busy", "any"], ..Pretend::default() };
    let found = tuned(&gpu, f64::INFINITY)?;
    assert_eq!(found.untried, [""; 0]);
    let tuned = |class: &str| found.choice.tuned[class].as_str();
    // Tall is as fast, and wrong; of those that are equally fast the first stays.
    assert_eq!([tuned("linear many"), tuned("conv2d few"), tuned("attention 80"), tuned("linear thin")], ["busy", "busy", "any", "rows2"]);
    let wrong: Vec<String> = found.choice.wrong.iter().map(|(class, name)| format!("{class}: {name}")).collect();
    assert_eq!(wrong, ["attention 40: q2", "conv2d many: tall", "linear many: tall"]);
    assert_eq!(gpu.kernel_choice(), found.choice, "the device takes what was found");
    assert_eq!(KernelChoice::parse(&found.choice.to_string()), found.choice);
    assert!(found.tried.iter().all(|one| one.seconds.is_some() == (one.error < 1e-4)), "{:?}", found.tried);
    Ok(())
}

#[test]
fn time_that_runs_out_leaves_the_rest_as_usual() -> Result<(), Error> {
    let found = tuned(&Pretend::default(), 0.5)?;
    assert_eq!(found.choice.tuned.keys().collect::<Vec<_>>(), [CLASSES[0].class]);
    assert_eq!(found.untried.len(), CLASSES.len() - 1);
    Ok(())
}

#[test]
fn a_device_that_is_lost_meanwhile_keeps_the_choice_of_before() {
    let gpu = Pretend { refuses: true, ..Pretend::default() };
    let before = KernelChoice::parse("linear many: wide");
    gpu.choose_kernels(before.clone());
    assert!(matches!(tuned(&gpu, f64::INFINITY), Err(Error::Lost(_))));
    assert_eq!(gpu.kernel_choice(), before);
}
