package rerankprobe;

import org.elasticsearch.ElasticsearchSecurityException;
import org.elasticsearch.ElasticsearchStatusException;
import org.elasticsearch.ResourceAlreadyExistsException;
import org.elasticsearch.ResourceNotFoundException;
import org.elasticsearch.action.ActionListener;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.threadpool.ThreadPool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The node's inference endpoints, and the one way to have one of them score a list of texts. */
final class Endpoints {

    /** As long as the retriever waits for its model; a search cannot change it. */
    static final TimeValue RETRIEVER_TIMEOUT = TimeValue.timeValueSeconds(30);

    /** A text's place in the input and its raw score. */
    record Scored(int index, float score) {}

    private final Map<String, Endpoint> byId = new ConcurrentHashMap<>();
    private volatile ThreadPool threadPool;
    private volatile boolean licensed = true;

    Endpoints() {
        reset();
    }

    void start(ThreadPool pool) {
        threadPool = pool;
    }

    /** Forgets everything but the preconfigured endpoint, which 8.17 does not have. */
    void reset() {
        byId.clear();
        if (CompoundBase.DEFAULT_INFERENCE_ID != null) {
            putDefault();
        }
    }

    private void putDefault() {
        Map<String, Object> allocations = Map.of("enabled", true, "min_number_of_allocations", 0, "max_number_of_allocations", 32);
        Map<String, Object> service = Map.of("model_id", ".rerank-v1", "num_threads", 1, "adaptive_allocations", allocations);
        String id = CompoundBase.DEFAULT_INFERENCE_ID;
        byId.put(id, new Endpoint(id, "elasticsearch", service, Map.of("return_documents", true)));
    }

    /** Adds an endpoint; only the preconfigured one may be redefined. */
    void add(Endpoint endpoint) {
        if (endpoint.id.equals(CompoundBase.DEFAULT_INFERENCE_ID)) {
            byId.put(endpoint.id, endpoint);
        } else if (byId.putIfAbsent(endpoint.id, endpoint) != null) {
            throw new ResourceAlreadyExistsException("Inference endpoint [{}] already exists", endpoint.id);
        }
    }

    /** Removes an endpoint; the preconfigured one goes back to its first definition. */
    void remove(String id) {
        require(id);
        byId.remove(id);
        if (id.equals(CompoundBase.DEFAULT_INFERENCE_ID)) {
            putDefault();
        }
    }

    List<Endpoint> all() {
        return byId.values().stream().sorted(Comparator.comparing((Endpoint e) -> e.id)).toList();
    }

    Endpoint require(String id) {
        Endpoint endpoint = byId.get(id);
        if (endpoint == null) {
            throw new ResourceNotFoundException("Inference endpoint not found [{}]", id);
        }
        return endpoint;
    }

    void licensed(boolean value) {
        licensed = value;
    }

    void requireLicense(String feature) {
        if (licensed == false) {
            var e = new ElasticsearchSecurityException("current license is non-compliant for [{}]", RestStatus.FORBIDDEN, feature);
            e.addMetadata("es.license.expired.feature", feature);
            throw e;
        }
    }

    /** Scores all texts in one call; the answer is in descending order of the raw score. */
    void rerank(Endpoint endpoint, String query, List<String> texts, TimeValue timeout, ActionListener<List<Scored>> listener) {
        Behaviour behaviour = endpoint.behaviour;
        RuntimeException planned = endpoint.failureOfCall(endpoint.calls.incrementAndGet());
        endpoint.documents.addAndGet(texts.size());
        if (endpoint.enter() == false) {
            endpoint.failures.incrementAndGet();
            listener.onFailure(Endpoint.queueFull());
            return;
        }
        double cost = behaviour.latencyMs() + (planned == null ? behaviour.perDocMs() * texts.size() : 0);
        double wait = endpoint.reserve(System.nanoTime() / 1e6, cost);
        if (wait > timeout.millis()) {
            wait = timeout.millis();
            planned = new ElasticsearchStatusException("timeout [{}] waiting for inference result", RestStatus.REQUEST_TIMEOUT, timeout);
        }
        RuntimeException failure = planned;
        Runnable answer = () -> ActionListener.completeWith(listener, () -> {
            endpoint.leave();
            if (failure != null) {
                endpoint.failures.incrementAndGet();
                throw failure;
            }
            return ranked(Scorer.score(query, texts, behaviour), behaviour.withhold());
        });
        if (wait > 0) {
            TimeValue delay = new TimeValue((long) (wait * 1e6), TimeUnit.NANOSECONDS);
            threadPool.schedule(answer, delay, threadPool.generic());
        } else {
            threadPool.generic().execute(answer);
        }
    }

    private static List<Scored> ranked(float[] scores, int withhold) {
        List<Scored> ranked = new ArrayList<>(scores.length);
        for (int i = 0; i < scores.length; i++) {
            ranked.add(new Scored(i, scores[i]));
        }
        ranked.sort(Comparator.comparing(Scored::score).reversed().thenComparing(Scored::index));
        return ranked.subList(0, Math.max(0, ranked.size() - withhold));
    }
}
