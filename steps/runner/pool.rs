//! Work on all cores, results in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// The stack of a worker: generous, since what steps call is not ours alone.
const STACK_BYTES: usize = 16 << 20;

/// Runs `work(index)` for every index below `count` on `jobs` threads and hands the results to `consume` in order of index,
/// each as soon as all before it are there. Once `stop(result)` holds for one, nothing behind it is begun, and what has been
/// begun already is dropped: `consume` sees the same whatever `jobs` is.
pub fn in_order<T: Send>(
    count: usize,
    jobs: usize,
    work: impl Fn(usize) -> T + Sync,
    stop: impl Fn(&T) -> bool,
    mut consume: impl FnMut(usize, T),
) {
    let next = AtomicUsize::new(0);
    let end = AtomicUsize::new(count);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for worker in 0..jobs.clamp(1, count.max(1)) {
            let (sender, next, end, work) = (sender.clone(), &next, &end, &work);
            let body = move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= end.load(Ordering::Acquire) || sender.send((index, work(index))).is_err() {
                        return;
                    }
                }
            };
            let thread = std::thread::Builder::new()
                .name(format!("scenarios-{worker}"))
                .stack_size(STACK_BYTES);
            if thread.spawn_scoped(scope, body).is_err() && worker == 0 {
                // No thread at all can be had: nothing would ever arrive.
                break;
            }
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut expected = 0;
        for (index, result) in receiver {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&expected) {
                if expected >= end.load(Ordering::Acquire) {
                    break;
                }
                if stop(&result) {
                    end.store(expected + 1, Ordering::Release);
                }
                consume(expected, result);
                expected += 1;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(jobs: usize, stop_at: usize, expect: &[usize]) {
        let mut seen = Vec::new();
        let work = |index: usize| {
            // The earlier, the longer: results arrive in the opposite order.
            (0..(20 - index) * 2000).fold(index, |sum, n| std::hint::black_box(sum + n - n))
        };
        in_order(
            20,
            jobs,
            work,
            |result| *result == stop_at,
            |index, result| {
                assert_eq!(index, result);
                seen.push(result);
            },
        );
        assert_eq!(seen, expect, "{jobs} jobs, stop at {stop_at}");
    }

    #[test]
    fn order_and_extent_do_not_depend_on_the_number_of_threads() {
        let all: Vec<usize> = (0..20).collect();
        for jobs in [1, 2, 7, 64] {
            check(jobs, usize::MAX, &all);
            check(jobs, 5, &all[..6]);
        }
        in_order(
            0,
            4,
            |index| index,
            |_| false,
            |_, _| panic!("there is nothing to consume"),
        );
    }
}
