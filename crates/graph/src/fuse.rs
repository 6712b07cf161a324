//! Work that follows an operation and can be done before its result is written moves into it: activations, residuals, rows per batch entry.
//!
//! The producer must have no other reader and must not itself be read back. It moves to its follower's place in the order, where the
//! follower's other operand is already known.

use crate::draft::{Draft, Source};
use crate::op::Fusion;

/// Fuses wherever an operation takes the next one on; producers that moved leave `Source::Nothing` behind.
pub(crate) fn fuse(draft: &mut Draft) {
    let mut readers = readers(draft);
    for id in 0..draft.values.len() {
        let Some((next, operands)) = follower(draft, id) else {
            continue;
        };
        // Either summand of a residual may be the producer: the later one, so that the earlier is the one kept in memory.
        let mut order: Vec<usize> = (0..if next == Fusion::Residual { 2 } else { 1 }).collect();
        order.sort_by_key(|i| std::cmp::Reverse(operands[*i]));
        for i in order {
            let (producer, other) = (operands[i], operands.get(1 - i.min(1)).copied());
            if readers[producer] == 1 && absorb(draft, id, producer, next, other) {
                readers[producer] = 0;
                break;
            }
        }
    }
}

fn follower(draft: &Draft, id: usize) -> Option<(Fusion, Vec<usize>)> {
    match &draft.values[id].source {
        Source::Op { op, operands } => op.as_fusion().map(|fusion| (fusion, operands.clone())),
        _ => None,
    }
}

/// Moves `producer` to `id` with `next` taken on, if it can.
fn absorb(draft: &mut Draft, id: usize, producer: usize, next: Fusion, other: Option<usize>) -> bool {
    let Source::Op { op, operands } = &mut draft.values[producer].source else {
        return false;
    };
    if !op.fuse(next) {
        return false;
    }
    if !matches!(next, Fusion::Activation(_)) {
        operands.extend(other);
    }
    draft.values[id].source = std::mem::replace(&mut draft.values[producer].source, Source::Nothing);
    true
}

/// How often each value is read, by operations or from outside.
fn readers(draft: &Draft) -> Vec<usize> {
    let mut readers = vec![0; draft.values.len()];
    for value in &draft.values {
        if let Source::Op { operands, .. } = &value.source {
            operands.iter().for_each(|&o| readers[o] += 1);
        }
    }
    draft.outputs.iter().for_each(|(_, id)| readers[*id] += 1);
    readers
}

#[cfg(test)]
mod tests {
    use crate::{Encoding, Graph, Program, Var, WeightInfo};

    fn program(build: impl for<'g> Fn(&'g Graph, Var<'g>) -> Var<'g>) -> Program {
        let info = |shape: &[usize]| WeightInfo { shape: shape.to_vec(), encoding: Encoding::F32 };
        let graph = Graph::new([("fc.weight".into(), info(&[4, 4])), ("fc.bias".into(), info(&[4]))].into());
        let x = graph.input("x", &[2, 4]);
        graph.output("y", build(&graph, x));
        graph.finish().expect("the graph is sound")
    }

    #[test]
    fn activation_and_residual_move_into_the_product() {
        let p = program(|g, x| x.linear(g.weights().at("fc")).silu() + x);
        assert_eq!(p.steps.len(), 1, "{p}");
        let p = program(|g, x| x + x.linear(g.weights().at("fc")));
        assert_eq!(p.steps.len(), 1, "{p}");
    }

    #[test]
    fn an_activation_after_a_residual_stays_apart() {
        let p = program(|g, x| (x.linear(g.weights().at("fc")) + x).silu());
        assert_eq!(p.steps.len(), 2, "{p}");
    }

    #[test]
    fn a_product_that_others_read_stays_apart() {
        let p = program(|g, x| {
            let h = x.linear(g.weights().at("fc"));
            h.silu() + h
        });
        assert_eq!(p.steps.len(), 3, "{p}");
    }
}
