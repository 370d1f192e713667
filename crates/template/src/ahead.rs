//! Compiling ahead: templates are compiled on a thread of their own while whoever renders still reads
//! the rest of the chart. Other work that can wait for nobody may be given to that thread, too.
//!
//! Invariant: changes when a text is compiled, never what becomes of it: what is wrong with a text is
//! told when it is added to a set.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use foldhash::HashMap;

use crate::{Library, ProgramCache};

/// Bytes of templates from which a thread is started: for less it takes longer than it saves.
const WORTH_A_THREAD: usize = 12 * 1024;

/// Texts that are wanted soon.
pub struct Ahead {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// Bytes that came until there was a thread.
    waiting: usize,
}

/// Something else that is done ahead; who needs it before that does it without waiting.
pub type Errand = Box<dyn FnOnce() + Send>;

struct Shared {
    cache: Arc<ProgramCache>,
    library: Arc<Library>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Arc<str>>,
    /// What is done before the next text.
    errands: VecDeque<Errand>,
    /// By where their bytes lie, which are held so that nothing else comes to lie there.
    known: HashMap<usize, (Arc<[u8]>, Arc<str>)>,
    complete: bool,
}

enum Work {
    Text(Arc<str>),
    Errand(Errand),
}

impl Ahead {
    /// Compiles into a cache.
    pub fn new(cache: Arc<ProgramCache>, library: Arc<Library>) -> Self {
        let (state, changed) = (Mutex::default(), Condvar::new());
        let shared = Arc::new(Shared { cache, library, state, changed });
        Self { shared, thread: None, waiting: 0 }
    }

    /// A template that will be wanted, and its text if that is known; it must be that of the bytes.
    pub fn expect(&mut self, bytes: &Arc<[u8]>, text: Option<&Arc<str>>) {
        self.shared.text(bytes, text);
        self.came(bytes.len());
    }

    /// Something else that is wanted before any template, about as much work as so many bytes of one.
    pub fn send(&mut self, errand: Errand, bytes: usize) {
        self.shared.lock().errands.push_back(errand);
        self.came(bytes);
    }

    fn came(&mut self, bytes: usize) {
        if self.thread.is_some() {
            self.shared.changed.notify_one();
            return;
        }
        self.waiting += bytes;
        if self.waiting > WORTH_A_THREAD {
            let shared = Arc::clone(&self.shared);
            // Without a second thread this one does it all in the end.
            self.thread =
                Builder::new().name("compile".to_owned()).spawn(move || shared.work()).ok();
        }
    }

    /// Compiles what came until now, and ends the thread: what comes later is compiled by
    /// [`finish`](Self::finish) alone. Errands that nobody began are forgotten.
    pub fn settle(&mut self) {
        self.shared.complete();
        self.shared.work();
        // It catches panics of its own; texts that it did not finish are compiled when they are added.
        drop(self.thread.take().map(JoinHandle::join));
    }

    /// The texts of all templates, compiled as far as they are correct; bytes that are no UTF-8 are
    /// U+FFFD in them.
    pub fn finish(mut self, all: &[&Arc<[u8]>]) -> Vec<Arc<str>> {
        let texts = all.iter().map(|bytes| self.shared.text(bytes, None)).collect();
        self.settle();
        texts
    }
}

impl fmt::Debug for Ahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ahead").field("waiting", &self.waiting).finish_non_exhaustive()
    }
}

impl Shared {
    /// The text of a template, which goes to the queue when it is seen for the first time.
    fn text(&self, bytes: &Arc<[u8]>, text: Option<&Arc<str>>) -> Arc<str> {
        let place = bytes.as_ptr().addr();
        let mut state = self.lock();
        if let Some((_, text)) =
            state.known.get(&place).filter(|(held, _)| held.len() == bytes.len())
        {
            return Arc::clone(text);
        }
        let text = text.map_or_else(|| text_of(bytes), Arc::clone);
        state.known.insert(place, (Arc::clone(bytes), Arc::clone(&text)));
        state.queue.push_back(Arc::clone(&text));
        text
    }

    fn complete(&self) {
        let mut state = self.lock();
        state.complete = true;
        state.errands.clear();
        self.changed.notify_one();
    }

    fn work(&self) {
        while let Some(work) = self.next() {
            match work {
                Work::Text(text) => drop(self.cache.get(&text, &self.library)),
                Work::Errand(errand) => errand(),
            }
        }
    }

    fn next(&self) -> Option<Work> {
        let mut state = self.lock();
        loop {
            if let Some(errand) = state.errands.pop_front() {
                return Some(Work::Errand(errand));
            }
            if let Some(text) = state.queue.pop_front() {
                return Some(Work::Text(text));
            }
            if state.complete {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The text of a template; bytes that are no UTF-8 are U+FFFD in it.
pub fn text_of(bytes: &[u8]) -> Arc<str> {
    // Nearly all are UTF-8, and then this is the faster look.
    match std::str::from_utf8(bytes) {
        Ok(text) => Arc::from(text),
        Err(_) => String::from_utf8_lossy(bytes).into(),
    }
}

impl Drop for Ahead {
    /// Where nobody wants the texts after all, the thread ends without them.
    fn drop(&mut self) {
        self.shared.lock().queue.clear();
        self.shared.complete();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ahead() -> Ahead {
        Ahead::new(Arc::default(), Arc::new(Library::new()))
    }

    fn bytes(text: &[u8]) -> Arc<[u8]> {
        Arc::from(text)
    }

    #[test]
    fn texts_are_those_of_the_bytes() {
        let large = format!("{{{{ .a }}}}{}", "x".repeat(2 * WORTH_A_THREAD));
        let all = [bytes(large.as_bytes()), bytes(b"{{ if }}"), bytes(b"\xff"), bytes(b"")];
        let mut ahead = ahead();
        for bytes in &all[..3] {
            ahead.expect(bytes, None);
        }
        assert!(ahead.thread.is_some());
        let cache = Arc::clone(&ahead.shared.cache);
        let library = Arc::clone(&ahead.shared.library);
        let texts = ahead.finish(&all.iter().collect::<Vec<_>>());
        assert_eq!(
            texts.iter().map(|t| &**t).collect::<Vec<_>>(),
            [&*large, "{{ if }}", "\u{fffd}", ""]
        );
        let again = cache.get(&texts[0], &library).unwrap();
        assert!(Arc::ptr_eq(&again.text, &texts[0]), "it was compiled before");
        assert!(cache.get(&texts[1], &library).is_err());
    }

    #[test]
    fn a_text_that_is_known_is_not_made_again() {
        let text: Arc<str> = Arc::from("{{ .a }}");
        let bytes: Arc<[u8]> = Arc::from(Arc::clone(&text));
        let mut ahead = ahead();
        ahead.expect(&bytes, Some(&text));
        let texts = ahead.finish(&[&bytes, &bytes]);
        assert!(texts.iter().all(|known| Arc::ptr_eq(known, &text)));
    }

    #[test]
    fn errands_are_done_or_forgotten() {
        let mut ahead = ahead();
        let (sender, receiver) = std::sync::mpsc::channel();
        let done = sender.clone();
        ahead.send(Box::new(move || done.send(1).unwrap()), 2 * WORTH_A_THREAD);
        assert_eq!(receiver.recv(), Ok(1));
        ahead.settle();
        ahead.send(Box::new(move || sender.send(2).unwrap()), 1);
        let text = bytes(b"{{ .a }}");
        assert_eq!(&*ahead.finish(&[&text])[0], "{{ .a }}");
        assert!(receiver.recv().is_err(), "what nobody began is forgotten");
    }

    #[test]
    fn a_thread_whose_texts_nobody_wants_ends() {
        let mut ahead = ahead();
        ahead.expect(&bytes(&vec![b'x'; 2 * WORTH_A_THREAD]), None);
        let thread = ahead.thread.take().unwrap();
        drop(ahead);
        thread.join().unwrap();
    }
}
