//! Keeps a panic of the app's code where it happened.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// The app's code panicked. Its payload is gone; the panic hook has printed it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Panicked;

/// Calls `work`, and catches its panic.
pub(super) fn contained<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(work)).map_err(discard)
}

/// A future whose panics end as a value: those of a poll, and those of dropping it half done.
pub(super) struct Contained<'a, T> {
    future: Option<Pin<Box<dyn Future<Output = T> + Send + 'a>>>,
}

impl<'a, T> Contained<'a, T> {
    /// Contains `future`; it was made outside, so making it must have been [`contained`].
    pub(super) fn new(future: Pin<Box<dyn Future<Output = T> + Send + 'a>>) -> Self {
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
