import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads whole topics with Kafka's own consumer: from their beginning to the end they have when the reading starts. */
final class Dump {
  interface Sink {
    void accept(ConsumerRecord<byte[], byte[]> record) throws Exception;
  }

  /** Writes one JSON line for each record to `file`, partition by partition in offset order within each. */
  static Object dump(JsonNode arguments) throws Exception {
    int inline = (int) Rig.number(arguments, "inlineLimit", 4096);
    try (var file = new BufferedOutputStream(new FileOutputStream(arguments.get("file").asText()), 1 << 16);
        var json = Rig.JSON.getFactory().createGenerator(file)) {
      json.setRootValueSeparator(new com.fasterxml.jackson.core.io.SerializedString("\n"));
      return read(arguments, record -> write(json, record, inline));
    }
  }

  /**
   * For each partition the count of its records and the SHA-256 over (timestamp, key, value, headers) of them in order;
   * offsets are left out, so that a restored topic can be compared with its source.
   */
  static Object digest(JsonNode arguments) throws Exception {
    var digests = new HashMap<TopicPartition, MessageDigest>();
    Map<String, Object> result = read(arguments, record -> {
      var partition = new TopicPartition(record.topic(), record.partition());
      var digest = digests.get(partition);
      if (digest == null) digests.put(partition, digest = MessageDigest.getInstance("SHA-256"));
      digest.update(ByteBuffer.allocate(8).putLong(record.timestamp()).flip());
      update(digest, record.key());
      update(digest, record.value());
      var headers = record.headers().toArray();
      digest.update(ByteBuffer.allocate(4).putInt(headers.length).flip());
      for (Header header : headers) {
        update(digest, header.key().getBytes(StandardCharsets.UTF_8));
        update(digest, header.value());
      }
    });
    @SuppressWarnings("unchecked")
    var partitions = (List<Map<String, Object>>) result.get("partitions");
    for (var row : partitions) {
      var digest = digests.get(new TopicPartition((String) row.get("topic"), (Integer) row.get("partition")));
      var hash = digest == null ? MessageDigest.getInstance("SHA-256") : digest;
      row.put("sha256", HexFormat.of().formatHex(hash.digest()));
    }
    return result;
  }

  private static void update(MessageDigest digest, byte[] bytes) {
    digest.update(ByteBuffer.allocate(4).putInt(bytes == null ? -1 : bytes.length).flip());
    if (bytes != null) digest.update(bytes);
  }

  private static void write(JsonGenerator json, ConsumerRecord<byte[], byte[]> record, int inline) throws Exception {
    json.writeStartObject();
    json.writeStringField("topic", record.topic());
    json.writeNumberField("partition", record.partition());
    json.writeNumberField("offset", record.offset());
    json.writeStringField("timestamp", Long.toString(record.timestamp()));
    json.writeStringField("timestampType", record.timestampType().toString());
    json.writeFieldName("key");
    writeBytes(json, record.key(), inline);
    json.writeFieldName("value");
    writeBytes(json, record.value(), inline);
    json.writeArrayFieldStart("headers");
    for (Header header : record.headers()) {
      json.writeStartArray();
      json.writeString(header.key());
      writeBytes(json, header.value(), inline);
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeBytes(JsonGenerator json, byte[] bytes, int inline) throws Exception {
    if (bytes == null) {
      json.writeNull();
    } else if (bytes.length <= inline) {
      json.writeBinary(bytes);
    } else {
      json.writeStartObject();
      json.writeNumberField("length", bytes.length);
      var hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      json.writeStringField("sha256", HexFormat.of().formatHex(hash));
      json.writeEndObject();
    }
  }

  private static Map<String, Object> read(JsonNode arguments, Sink sink) throws Exception {
    var properties = Rig.clientProperties(arguments);
    properties.put("isolation.level", Rig.text(arguments, "isolation", "read_committed"));
    properties.put("enable.auto.commit", "false");
    properties.put("auto.offset.reset", "none");
    properties.put("max.poll.records", "10000");
    properties.put("fetch.max.bytes", String.valueOf(24 << 20));
    properties.put("max.partition.fetch.bytes", String.valueOf(4 << 20));
    Rig.overrideWith(properties, arguments.get("consumer"));
    var patience = Rig.number(arguments, "patienceMs", 60_000);
    var deserializer = new ByteArrayDeserializer();
    try (var consumer = new KafkaConsumer<>(properties, deserializer, deserializer)) {
      var partitions = new ArrayList<TopicPartition>();
      for (JsonNode topic : arguments.get("topics")) {
        for (var info : consumer.partitionsFor(topic.asText())) {
          partitions.add(new TopicPartition(info.topic(), info.partition()));
        }
      }
      partitions.sort(Topics.ORDER);
      var ends = consumer.endOffsets(partitions);
      var begins = consumer.beginningOffsets(partitions);
      var counts = new TreeMap<String, Long>();
      var open = new ArrayList<>(partitions);
      open.removeIf(partition -> begins.get(partition) >= ends.get(partition));
      consumer.assign(open);
      for (var partition : open) consumer.seek(partition, begins.get(partition));
      long count = 0;
      long lastProgress = System.currentTimeMillis();
      while (!open.isEmpty()) {
        var records = consumer.poll(Duration.ofMillis(200));
        for (var record : records) {
          var partition = new TopicPartition(record.topic(), record.partition());
          if (record.offset() >= ends.get(partition)) continue;
          sink.accept(record);
          counts.merge(partition.toString(), 1L, Long::sum);
          count++;
        }
        boolean finished = open.removeIf(partition -> consumer.position(partition) >= ends.get(partition));
        if (finished) consumer.assign(open);
        if (finished || !records.isEmpty()) lastProgress = System.currentTimeMillis();
        else if (System.currentTimeMillis() - lastProgress > patience) {
          throw new IllegalStateException("no progress for " + patience + " ms; left: " + open);
        }
      }
      var rows = new ArrayList<Map<String, Object>>();
      for (var partition : partitions) {
        var row = new HashMap<String, Object>();
        row.put("topic", partition.topic());
        row.put("partition", partition.partition());
        row.put("beginning", begins.get(partition));
        row.put("end", ends.get(partition));
        row.put("count", counts.getOrDefault(partition.toString(), 0L));
        rows.add(row);
      }
      var result = new HashMap<String, Object>();
      result.put("count", count);
      result.put("partitions", rows);
      return result;
    }
  }

  private Dump() {}
}
