//! When a server that is busy is asked again, and after how long.
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use http::Response;
use http::header::RETRY_AFTER;

/// How often one thing is asked for again.
const MOST: u32 = 3;
/// The first wait; each is twice the one before.
const FIRST: Duration = Duration::from_millis(200);
/// A server that wants to be left alone for longer is not waited for.
const LONGEST: Duration = Duration::from_secs(10);

/// How long to wait before the next attempt; nothing where this answer is the last word.
pub(super) fn wait<B>(response: &Response<B>, attempt: u32) -> Option<Duration> {
    let busy = matches!(response.status().as_u16(), 408 | 429 | 502 | 503 | 504);
    if !busy || attempt >= MOST {
        return None;
    }
    let wanted = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let wait = match wanted.and_then(|text| text.trim().parse().ok()) {
        Some(seconds) => Duration::from_secs(seconds),
        None => jittered(FIRST * 2u32.pow(attempt)),
    };
    (wait <= LONGEST).then_some(wait)
}

/// Up to a quarter more, so that many who wait do not come back together.
fn jittered(wait: Duration) -> Duration {
    let random = RandomState::new().hash_one(wait);
    wait + wait / 400 * (random % 100) as u32
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Response;

    use super::wait;

    fn of(status: u16, after: Option<&str>, attempt: u32) -> Option<Duration> {
        let mut response = Response::builder().status(status);
        if let Some(after) = after {
            response = response.header("Retry-After", after);
        }
        wait(&response.body(()).unwrap(), attempt)
    }

    #[test]
    fn busy_servers_are_asked_again_for_a_while() {
        assert_eq!(of(200, None, 0), None);
        assert_eq!(of(404, None, 0), None);
        assert_eq!(of(500, None, 0), None);
        assert_eq!(of(429, Some("0"), 0), Some(Duration::ZERO));
        assert_eq!(of(503, Some("3"), 2), Some(Duration::from_secs(3)));
        assert_eq!(of(503, Some("3600"), 0), None);
        assert_eq!(of(429, Some("0"), 3), None);
        for attempt in 0..3 {
            let first = Duration::from_millis(200 << attempt);
            let got = of(502, Some("Wed, 21 Oct 2015 07:28:00 GMT"), attempt).unwrap();
            assert!(first <= got && got <= first + first / 4, "{got:?}");
        }
    }
}
