//! What benchmarks do before they measure: whatever computes wrongly is told of and not timed, and the device is left as it was.

use decant_gpu::Gpu;
use decant_graph::bench::{Tried, peak, try_all};
use decant_graph::op::{Case, OPS, OpRow, is_f16};
use decant_graph::{Device, KernelChoice, Processor};
use pollster::block_on;

fn gpu() -> Gpu {
    block_on(Gpu::request()).expect("a Vulkan driver; tests/rig/setup_vulkan.sh installs one")
}

/// Linear layers, and a small one of them.
fn linear() -> (&'static OpRow, Case) {
    let row = OPS.iter().find(|row| row.name == "linear").expect("it is an operation");
    let case = (row.cases)().into_iter().find(|case| !case.real && case.name.ends_with(" f32")).expect("there is a small one");
    (row, case)
}

fn tried(device: &dyn Device, row: &OpRow, case: &Case) -> Vec<Tried> {
    let mut all = vec![];
    let mut tell = |one| {
        all.push(one);
        Ok(())
    };
    block_on(try_all(device, (row, case), &|| 0.0, &mut tell)).expect("the device is there");
    all
}

#[test]
fn multiply_adds_leave_the_numbers_that_they_should() {
    // It refuses an adapter that gets others.
    let most = block_on(peak(&gpu(), &|| 0.0)).expect("they are right");
    assert!(most.is_some_and(|most| most > 0.0), "{most:?}");
    let cpu = Processor::new(None, None).expect("the CPU");
    assert_eq!(block_on(peak(&cpu, &|| 0.0)).expect("nothing is computed"), None);
}

#[test]
fn a_candidate_is_checked_before_it_is_timed_and_the_choice_stays() {
    let (gpu, (row, case)) = (gpu(), linear());
    let before = KernelChoice::parse("linear few: square");
    gpu.choose_kernels(before.clone());
    let right = tried(&gpu, row, &case);
    assert!(right.len() > 3 && right.iter().filter(|one| one.chosen).count() == 1, "{right:?}");
    assert!(right.iter().all(|one| one.measured.is_some() && one.problem.is_none()), "{right:?}");
    // Nothing is as exact as that.
    let impossible = OpRow { tolerance: -1.0, ..*row };
    let wrong = tried(&gpu, &impossible, &case);
    let wrong: Vec<Tried> = wrong.into_iter().filter(|one| !is_f16(&one.name)).collect();
    assert!(wrong.iter().all(|one| one.measured.is_none() && one.problem.is_some() && one.error < 1e-3), "{wrong:?}");
    assert_eq!(gpu.kernel_choice(), before);
}

#[test]
fn the_cpu_has_one_way() {
    let (row, case) = linear();
    let all = tried(&Processor::new(None, None).expect("the CPU"), row, &case);
    assert!(matches!(&all[..], [one] if one.chosen && one.measured.is_some()), "{all:?}");
}
