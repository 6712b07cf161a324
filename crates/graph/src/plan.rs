//! Which buffer each value lives in, by lifetime: two values share one when the first is read for the last time before the second is
//! written. Greedy in program order, the tightest free buffer first; the peak is the sum of all buffers.

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

/// A life's buffer is free again after its `last` step.
pub(crate) fn plan(lives: &[Life]) -> Plan {
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
        let chain: Vec<Life> = (0..10).map(|i| Life { bytes: 100, first: i, last: i + 1 }).collect();
        let p = plan(&chain);
        assert_eq!(p.buffers, [100, 100]);
        let mixed: Vec<Life> = (0..50).map(|i| Life { bytes: (i * 37 % 11 + 1) as u64, first: i, last: i + i * 13 % 7 }).collect();
        let p = plan(&mixed);
        for (i, a) in mixed.iter().enumerate() {
            assert!(p.buffers[p.place[i]] >= a.bytes);
            for (j, b) in mixed.iter().enumerate().skip(i + 1) {
                let together = a.first <= b.last && b.first <= a.last;
                assert!(!together || p.place[i] != p.place[j], "{a:?} and {b:?} live together in buffer {}", p.place[i]);
            }
        }
    }
}
