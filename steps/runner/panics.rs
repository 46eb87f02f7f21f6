//! A step that panics fails its scenario and nothing else: the panic is caught, its message and place are kept, and nothing
//! is printed between the lines of other scenarios.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// What a panic left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caught {
    /// Its message.
    pub message: String,
    /// `file:line:column` of the `panic!` or failed `assert!`.
    pub place: Option<String>,
}

/// Runs `work` without letting panics of this thread print anything.
pub fn quiet<T>(work: impl FnOnce() -> T) -> T {
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if QUIET.get() {
                PLACE.set(info.location().map(ToString::to_string));
            } else {
                previous(info);
            }
        }));
    });
    let before = QUIET.replace(true);
    let result = work();
    QUIET.set(before);
    result
}

/// Runs `work`; a panic becomes a value.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Caught> {
    quiet(|| catch_unwind(AssertUnwindSafe(work))).map_err(|payload| Caught {
        message: message(payload.as_ref()),
        place: PLACE.take(),
    })
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("the step panicked").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message_and_place() {
        let caught = caught(|| assert_eq!(1 + 1, 3, "sums")).expect_err("panics");
        assert!(caught.message.contains("sums"), "{caught:?}");
        assert!(caught.place.is_some_and(|place| place.contains("panics.rs")));
        assert_eq!(super::caught(|| 7), Ok(7));
    }
}
