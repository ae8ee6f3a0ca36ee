package oleada;

import org.apache.jmeter.engine.StandardJMeterEngine;
import org.apache.jmeter.threads.ListenerNotifier;
import org.apache.jmeter.threads.PostThreadGroup;
import org.apache.jorphan.collections.ListedHashTree;

/** The first tearDown group of the executed copy. It has no threads: its start is the moment when every load group has ended. */
public final class LoadEnd extends PostThreadGroup {
    private static final long serialVersionUID = 1L;

    @Override
    public void start(int number, ListenerNotifier notifier, ListedHashTree tree, StandardJMeterEngine engine) {
        Session.current().loadEnded();
    }

    @Override
    public int getNumThreads() {
        return 0;
    }
}
