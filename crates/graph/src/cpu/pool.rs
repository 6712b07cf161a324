//! Threads that help whoever runs a list of calls. All lists share them; a list is done when its units are, whoever did them, so that a
//! thread that comes late or is held up by the system keeps nobody waiting.

use super::list::List;
use decant_kernels::{Progress, walk};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A run of a list.
struct Job {
    list: Arc<List>,
    progress: Vec<Progress>,
    /// Helpers that joined so far; the list has scratch for one less than it has threads.
    joined: AtomicUsize,
}

struct State {
    /// That want help.
    jobs: Vec<Arc<Job>>,
    threads: usize,
}

static STATE: Mutex<State> = Mutex::new(State { jobs: vec![], threads: 0 });
static WANTED: Condvar = Condvar::new();

/// Spins before a thread lets others go first: about ten microseconds, longer than most units differ.
const SPINS: u32 = 300;

/// Runs a list on this thread and as many others as it has scratch for.
pub(super) fn run(list: &Arc<List>) {
    let helpers = list.scratch.len() - 1;
    if helpers == 0 || list.calls.iter().all(|call| call.units <= 1) {
        return list.alone();
    }
    let progress = list.calls.iter().map(|_| Progress::default()).collect();
    let job = Arc::new(Job { list: list.clone(), progress, joined: AtomicUsize::new(0) });
    let mut state = state();
    while state.threads < helpers {
        let started = std::thread::Builder::new().name("decant-kernels".into()).spawn(help);
        if started.is_err() {
            break; // the system has no more threads; those that there are do the work
        }
        state.threads += 1;
    }
    state.jobs.push(job.clone());
    drop(state);
    WANTED.notify_all();
    job.work(0);
    self::state().jobs.retain(|other| !Arc::ptr_eq(other, &job));
}

impl Job {
    /// Works until all of it is done.
    fn work(&self, thread: usize) {
        let wait = |tries| if tries < SPINS { std::hint::spin_loop() } else { std::thread::yield_now() };
        // SAFETY: the lowering made the calls for these kernels, the plan keeps what they read and write apart, and this thread's scratch is
        // its own: who takes a unit has joined, and all units are done before the list runs again.
        unsafe { walk(self.list.run, &self.list.calls, &self.progress, self.list.scratch[thread], wait) };
    }

    /// A place among the helpers, if there is one left.
    fn join(&self) -> Option<usize> {
        let thread = self.joined.fetch_add(1, Ordering::Relaxed) + 1;
        (thread < self.list.scratch.len()).then_some(thread)
    }
}

/// What every helping thread does for ever.
fn help() {
    let mut state = state();
    loop {
        let joined = state.jobs.iter().find_map(|job| job.join().map(|thread| (job.clone(), thread)));
        state = match joined {
            Some((job, thread)) => {
                drop(state);
                job.work(thread);
                drop(job);
                self::state()
            }
            None => WANTED.wait(state).unwrap_or_else(PoisonError::into_inner),
        };
    }
}

/// Nothing panics while it is held, so a poisoned lock is as good as another.
fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}
