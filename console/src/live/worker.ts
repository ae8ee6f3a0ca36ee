import { connect } from "./mqtt";
import { Session, type Asked } from "./session";

// Reading and merging thousands of histograms a second would make the page stutter, so it happens here.
const session = new Session({
  tell: (told) => self.postMessage(told),
  connect: (address) => Promise.resolve(connect(address)),
  later: (callback, ms) => {
    const waiting = setTimeout(callback, ms);
    return () => clearTimeout(waiting);
  },
});

self.onmessage = ({ data }: MessageEvent<Asked>) => session.asked(data);
