package kinesql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the processors of all shards saw, in the order in which they saw it. */
final class Ledger {
    private final Map<String, Integer> seen = new LinkedHashMap<>();
    private final List<String> begun = new ArrayList<>();
    private final List<String> ended = new ArrayList<>();
    private final Map<String, List<String>> endedBefore = new LinkedHashMap<>();

    synchronized void begin(String shard) {
        begun.add(shard);
        endedBefore.putIfAbsent(shard, List.copyOf(ended));
    }

    synchronized void record(String data) {
        seen.merge(data, 1, Integer::sum);
    }

    synchronized void end(String shard) {
        ended.add(shard);
    }

    synchronized int distinct() {
        return seen.size();
    }

    synchronized List<String> begun() {
        return List.copyOf(begun);
    }

    synchronized List<String> ended() {
        return List.copyOf(ended);
    }

    synchronized Map<String, Integer> seen() {
        return Map.copyOf(seen);
    }

    /** Which shards had ended when the given one began. */
    synchronized List<String> endedBefore(String shard) {
        return endedBefore.getOrDefault(shard, List.of());
    }
}
