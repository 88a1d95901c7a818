import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes exactly the records it is given, with Kafka's own producer. */
final class Produce {
  /** Producers whose transaction was left open, by transactional id. */
  private static final Map<String, KafkaProducer<byte[], byte[]>> OPEN = new ConcurrentHashMap<>();

  /**
   * Records come from `file` (JSON lines) or `records`. With `transactionalId`, `end` says `commit`, `abort` or `open`;
   * one that is left open goes on when the same id comes again, and ends with `endTransaction`.
   */
  static Object produce(JsonNode arguments) throws Exception {
    var id = Rig.text(arguments, "transactionalId", null);
    var producer = id == null ? null : OPEN.remove(id);
    if (producer == null) {
      producer = create(arguments, id);
      if (id != null) {
        producer.initTransactions();
        producer.beginTransaction();
      }
    }
    var end = Rig.text(arguments, "end", "commit");
    boolean keep = false;
    try {
      var results = arguments.hasNonNull("file") ? sendFile(producer, arguments) : sendInline(producer, arguments);
      if (id != null) keep = finish(producer, id, end);
      return results;
    } finally {
      if (!keep) producer.close();
    }
  }

  static Object endTransaction(JsonNode arguments) {
    var id = arguments.get("transactionalId").asText();
    var producer = OPEN.remove(id);
    if (producer == null) throw new IllegalArgumentException("no open transaction " + id);
    try {
      finish(producer, id, arguments.get("end").asText());
    } finally {
      producer.close();
    }
    return Map.of();
  }

  private static boolean finish(KafkaProducer<byte[], byte[]> producer, String id, String end) {
    switch (end) {
      case "commit" -> producer.commitTransaction();
      case "abort" -> producer.abortTransaction();
      case "open" -> {
        OPEN.put(id, producer);
        return true;
      }
      default -> throw new IllegalArgumentException("expected commit, abort or open, got " + end);
    }
    return false;
  }

  private static KafkaProducer<byte[], byte[]> create(JsonNode arguments, String transactionalId) {
    var properties = Rig.clientProperties(arguments);
    properties.put("acks", "all");
    properties.put("linger.ms", "5");
    properties.put("max.in.flight.requests.per.connection", "1");
    properties.put("max.request.size", String.valueOf(12 << 20));
    properties.put("buffer.memory", String.valueOf(64 << 20));
    if (transactionalId != null) properties.put("transactional.id", transactionalId);
    Rig.overrideWith(properties, arguments.get("producer"));
    var serializer = new ByteArraySerializer();
    return new KafkaProducer<>(properties, serializer, serializer);
  }

  private static Object sendFile(KafkaProducer<byte[], byte[]> producer, JsonNode arguments) throws Exception {
    var sent = new ArrayList<Future<RecordMetadata>>();
    var path = Path.of(arguments.get("file").asText());
    try (BufferedReader lines = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) sent.add(producer.send(record(Rig.JSON.readTree(line))));
      }
    }
    return settle(producer, sent);
  }

  private static Object sendInline(KafkaProducer<byte[], byte[]> producer, JsonNode arguments) throws Exception {
    var sent = new ArrayList<Future<RecordMetadata>>();
    boolean oneBatchEach = arguments.path("flushEach").asBoolean(false);
    for (JsonNode row : arguments.get("records")) {
      sent.add(producer.send(record(row)));
      if (oneBatchEach) producer.flush();
    }
    return settle(producer, sent);
  }

  private static ProducerRecord<byte[], byte[]> record(JsonNode row) throws Exception {
    var headers = new ArrayList<Header>();
    if (row.hasNonNull("headers")) {
      for (JsonNode header : row.get("headers")) {
        headers.add(new RecordHeader(header.get(0).asText(), Rig.bytes(header.get(1))));
      }
    }
    Long timestamp = row.hasNonNull("timestamp") ? Long.valueOf(row.get("timestamp").asText()) : null;
    Integer partition = row.hasNonNull("partition") ? Integer.valueOf(row.get("partition").asInt()) : null;
    var key = Rig.bytes(row.get("key"));
    return new ProducerRecord<>(row.get("topic").asText(), partition, timestamp, key, Rig.bytes(row.get("value")), headers);
  }

  private static Object settle(KafkaProducer<byte[], byte[]> producer, List<Future<RecordMetadata>> sent)
      throws Exception {
    producer.flush();
    var ends = new HashMap<String, Object[]>();
    for (var future : sent) {
      var metadata = future.get();
      var key = metadata.topic() + "/" + metadata.partition();
      var end = ends.get(key);
      if (end == null) {
        ends.put(key, new Object[] {metadata.topic(), metadata.partition(), metadata.offset(), metadata.offset()});
      } else {
        end[3] = metadata.offset();
      }
    }
    var partitions = new ArrayList<Map<String, Object>>();
    for (var end : ends.values()) {
      partitions.add(Map.of("topic", end[0], "partition", end[1], "first", end[2], "last", end[3]));
    }
    return Map.of("count", sent.size(), "partitions", partitions);
  }

  private Produce() {}
}
