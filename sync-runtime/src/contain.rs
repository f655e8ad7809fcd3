//! Keeps a panic of the app's code where it happened.

use std::any::{Any, type_name};
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::clock::Seldom;

/// The app's code panicked. Its payload is gone; the panic hook has printed it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Panicked;

/// Calls `work`, and catches its panic.
pub(crate) fn contained<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(work)).map_err(discard)
}

/// A future whose panics end as a value: those of a poll, and those of dropping it half done.
pub(crate) struct Contained<'a, T> {
    future: Option<Pin<Box<dyn Future<Output = T> + Send + 'a>>>,
}

impl<'a, T> Contained<'a, T> {
    /// Contains `future`; it was made outside, so making it must have been [`contained`].
    pub(crate) fn new(future: Pin<Box<dyn Future<Output = T> + Send + 'a>>) -> Self {
        Self { future: Some(future) }
    }

    fn drop_future(&mut self) -> Result<(), Panicked> {
        let future = self.future.take();
        contained(|| drop(future))
    }
}

impl<T> Future for Contained<'_, T> {
    type Output = Result<T, Panicked>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(future) = self.future.as_mut() else { return Poll::Ready(Err(Panicked)) };
        match contained(|| future.as_mut().poll(context)) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(value)) => Poll::Ready(self.drop_future().map(|()| value)),
            Err(Panicked) => {
                // The half-done future may panic again while it is dropped; that is the same failure.
                self.drop_future().unwrap_or_default();
                Poll::Ready(Err(Panicked))
            }
        }
    }
}

impl<T> Drop for Contained<'_, T> {
    fn drop(&mut self) {
        self.drop_future().unwrap_or_default();
    }
}

/// A value of the app's whose end is contained: a panic in its `Drop` is a line in the log.
///
/// Values of the app's end in our code, mostly several of them together. A panic would reach whoever happens to come last, and a
/// second one on the way there would end the process.
///
/// It is used like the value itself.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Guarded<T>(Option<T>);

impl<T> Guarded<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Some(value))
    }

    /// Returns the value, whose end is no longer contained.
    pub(crate) fn into_inner(mut self) -> T {
        self.0.take().expect("it is there until its end")
    }
}

impl<T> Deref for Guarded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("it is there until its end")
    }
}

impl<T> DerefMut for Guarded<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect("it is there until its end")
    }
}

impl<T> Drop for Guarded<T> {
    fn drop(&mut self) {
        let mut value = self.0.take();
        end(&mut || drop(value.take()), type_name::<T>);
    }
}

/// Once for all types: each type of an app has a `Guarded` of its own, and a debug build compiles all of that.
fn end(value: &mut dyn FnMut(), name: fn() -> &'static str) {
    if contained(value).is_err() {
        tracing::error!(what = "the end of a value", r#type = name(), "panicked");
    }
}

/// Says in the log that code of the app has panicked, a few times a second: which route it was of, if that is known, and what it was.
pub(crate) fn log_panicked(route: &str, what: &'static str) {
    static PANICKED: Seldom = Seldom::at_most(20);
    if let Some(times) = PANICKED.happened() {
        tracing::error!(route, what, times, "panicked");
    }
}

/// Drops the payload of a panic, which may panic in turn.
fn discard(payload: Box<dyn Any + Send>) -> Panicked {
    let mut payload = Some(payload);
    while let Some(next) = payload.take() {
        payload = catch_unwind(AssertUnwindSafe(|| drop(next))).err();
    }
    Panicked
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Panics when it is dropped, for as many generations as it says.
    struct Bomb(u8);

    impl Drop for Bomb {
        fn drop(&mut self) {
            if self.0 > 0 {
                std::panic::panic_any(Bomb(self.0 - 1));
            }
        }
    }

    async fn check(future: impl Future<Output = u8> + Send, expected: Result<u8, Panicked>) {
        assert_eq!(Contained::new(Box::pin(future)).await, expected);
    }

    #[tokio::test]
    async fn a_panic_in_a_poll_or_in_its_payload_stays_inside() {
        check(async { 1 }, Ok(1)).await;
        check(async { panic!("expected by the test") }, Err(Panicked)).await;
        check(async { std::panic::panic_any(Bomb(3)) }, Err(Panicked)).await;
    }

    #[test]
    fn values_end_without_harm_to_those_beside_them() {
        let values: Vec<_> = (0..4).map(|generation| Guarded::new(Bomb(generation))).collect();
        assert_eq!(values[3].0.as_ref().map(|bomb| bomb.0), Some(3));
        drop(values);
        let unwinding = catch_unwind(|| {
            let _held = Guarded::new(Bomb(1));
            panic!("expected by the test");
        });
        assert!(unwinding.is_err(), "and the process goes on");
    }

    #[tokio::test]
    async fn a_future_that_panics_when_it_is_given_up_harms_nobody() {
        let bomb = Bomb(1);
        let future = async move {
            let _held = &bomb;
            std::future::pending::<()>().await;
        };
        let mut given_up = Contained::new(Box::pin(future));
        std::future::poll_fn(|context| {
            assert!(Pin::new(&mut given_up).poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        drop(given_up);
    }
}
