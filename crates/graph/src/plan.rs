//! Which buffer each value lives in, by lifetime: two values share one when the first is read for the last time before the second is
//! written. The peak is the sum of all buffers. Two greedy ways are tried, since either may win: in program order, and the largest values
//! first (Pisarchyk & Lee 2020, “Efficient Memory Management for Deep Neural Net Inference”, shared objects by size).

use std::collections::BTreeMap;

/// From the step that writes a value (inputs: 0) to the last step that reads it, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Life {
    pub bytes: u64,
    pub first: usize,
    pub last: usize,
}

/// Buffer sizes, and the buffer of each life in the order given.
pub(crate) struct Plan {
    pub buffers: Vec<u64>,
    pub place: Vec<usize>,
}

/// The better of the two ways. A life's buffer is free again after its `last` step.
pub(crate) fn plan(lives: &[Life]) -> Plan {
    let (one, other) = (by_order(lives), by_size(lives));
    let bytes = |plan: &Plan| plan.buffers.iter().sum::<u64>();
    if bytes(&other) < bytes(&one) { other } else { one }
}

/// The largest first, each into the tightest buffer that is free all its life.
fn by_size(lives: &[Life]) -> Plan {
    let mut order: Vec<usize> = (0..lives.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(lives[i].bytes), lives[i].first));
    let mut buffers: Vec<u64> = vec![];
    let mut busy: Vec<BTreeMap<usize, usize>> = vec![]; // each buffer's lives, first step to last
    let mut place = vec![0; lives.len()];
    for i in order {
        let Life { bytes, first, last } = lives[i];
        // The last of the lives that begin before this one ends must be over when it begins.
        let free = |busy: &BTreeMap<usize, usize>| busy.range(..=last).next_back().is_none_or(|(_, end)| *end < first);
        let buffer = (0..buffers.len()).rev().find(|&b| free(&busy[b])).unwrap_or_else(|| {
            buffers.push(bytes);
            busy.push(BTreeMap::new());
            buffers.len() - 1
        });
        busy[buffer].insert(first, last);
        place[i] = buffer;
    }
    Plan { buffers, place }
}

/// As the program goes, each into the tightest buffer that is free.
fn by_order(lives: &[Life]) -> Plan {
    let mut order: Vec<usize> = (0..lives.len()).collect();
    order.sort_by_key(|&i| (lives[i].first, std::cmp::Reverse(lives[i].bytes)));
    let mut buffers: Vec<u64> = vec![];
    let mut busy_until: Vec<usize> = vec![];
    let mut place = vec![0; lives.len()];
    for i in order {
        let life = lives[i];
        let free = (0..buffers.len()).filter(|&b| busy_until[b] < life.first);
        // The smallest that holds it, else the largest, which grows the least.
        let best = free.min_by_key(|&b| if buffers[b] >= life.bytes { (0, buffers[b]) } else { (1, u64::MAX - buffers[b]) });
        let buffer = best.unwrap_or_else(|| {
            buffers.push(0);
            busy_until.push(0);
            buffers.len() - 1
        });
        buffers[buffer] = buffers[buffer].max(life.bytes);
        busy_until[buffer] = life.last;
        place[i] = buffer;
    }
    Plan { buffers, place }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_living_values_share_a_buffer_and_a_chain_needs_two() {
        let plans = [plan, by_order, by_size];
        let chain: Vec<Life> = (0..10).map(|i| Life { bytes: 100, first: i, last: i + 1 }).collect();
        for plan in plans {
            assert_eq!(plan(&chain).buffers, [100, 100]);
        }
        let mixed: Vec<Life> = (0..50).map(|i| Life { bytes: (i * 37 % 11 + 1) as u64, first: i, last: i + i * 13 % 7 }).collect();
        for p in plans.map(|plan| plan(&mixed)) {
            for (i, a) in mixed.iter().enumerate() {
                assert!(p.buffers[p.place[i]] >= a.bytes);
                for (j, b) in mixed.iter().enumerate().skip(i + 1) {
                    let together = a.first <= b.last && b.first <= a.last;
                    assert!(!together || p.place[i] != p.place[j], "{a:?} and {b:?} live together in buffer {}", p.place[i]);
                }
            }
        }
    }
}
