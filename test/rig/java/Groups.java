import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Consumer groups: their positions, and members that stay. */
final class Groups {
  private static final Map<String, Member> MEMBERS = new ConcurrentHashMap<>();

  static void register(Map<String, Rig.Command> commands) {
    commands.put("commitOffsets", Groups::commitOffsets);
    commands.put("groupOffsets", Groups::groupOffsets);
    commands.put("describeGroup", arguments -> {
      var group = arguments.get("group").asText();
      var described = Topics.admin(arguments).describeConsumerGroups(List.of(group)).all().get().get(group);
      return Map.of("state", described.groupState().toString(), "members", described.members().size());
    });
    commands.put("deleteGroups", arguments -> {
      Topics.admin(arguments).deleteConsumerGroups(Topics.names(arguments.get("groups"))).all().get();
      return Map.of();
    });
    commands.put("joinGroup", Groups::joinGroup);
    commands.put("leaveGroup", arguments -> {
      var member = MEMBERS.remove(arguments.get("member").asText());
      if (member != null) member.leave();
      return Map.of();
    });
  }

  /** Commits as a consumer of the group does, through the group's coordinator, with metadata and leader epoch. */
  private static Object commitOffsets(JsonNode arguments) throws Exception {
    var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
    for (JsonNode row : arguments.get("offsets")) {
      Optional<Integer> epoch =
          row.hasNonNull("leaderEpoch") ? Optional.of(row.get("leaderEpoch").asInt()) : Optional.empty();
      offsets.put(Topics.partition(row),
          new OffsetAndMetadata(row.get("offset").asLong(), epoch, Rig.text(row, "metadata", "")));
    }
    try (var consumer = consumer(arguments)) {
      consumer.assign(offsets.keySet());
      consumer.commitSync(offsets);
    }
    return Map.of();
  }

  private static Object groupOffsets(JsonNode arguments) throws Exception {
    var group = arguments.get("group").asText();
    var rows = new ArrayList<Map<String, Object>>();
    Topics.admin(arguments).listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get()
        .forEach((partition, offset) -> {
          if (offset == null) return;
          var row = new HashMap<String, Object>();
          row.put("topic", partition.topic());
          row.put("partition", partition.partition());
          row.put("offset", offset.offset());
          row.put("metadata", offset.metadata());
          row.put("leaderEpoch", offset.leaderEpoch().orElse(null));
          rows.add(row);
        });
    return rows;
  }

  /** Joins the group and stays until `leaveGroup`; answers when it has been given its partitions. */
  private static Object joinGroup(JsonNode arguments) throws Exception {
    var member = new Member(consumer(arguments), Topics.names(arguments.get("topics")));
    member.start();
    if (!member.assigned.await(30, TimeUnit.SECONDS)) {
      member.leave();
      throw new IllegalStateException("the group gave no partitions within 30 s");
    }
    MEMBERS.put(arguments.get("member").asText(), member);
    return Map.of();
  }

  private static KafkaConsumer<byte[], byte[]> consumer(JsonNode arguments) {
    var properties = Rig.clientProperties(arguments);
    properties.put("group.id", arguments.get("group").asText());
    properties.put("enable.auto.commit", "false");
    properties.put("auto.offset.reset", "latest");
    Rig.overrideWith(properties, arguments.get("consumer"));
    var deserializer = new ByteArrayDeserializer();
    return new KafkaConsumer<>(properties, deserializer, deserializer);
  }

  private static final class Member extends Thread {
    final CountDownLatch assigned = new CountDownLatch(1);
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<String> topics;

    Member(KafkaConsumer<byte[], byte[]> consumer, List<String> topics) {
      this.consumer = consumer;
      this.topics = topics;
      setDaemon(true);
    }

    @Override
    public void run() {
      try (consumer) {
        consumer.subscribe(topics);
        while (true) {
          consumer.poll(Duration.ofMillis(200));
          if (!consumer.assignment().isEmpty()) assigned.countDown();
        }
      } catch (org.apache.kafka.common.errors.WakeupException leaving) {
        // what leave() asked for; closing the consumer leaves the group
      }
    }

    void leave() throws InterruptedException {
      consumer.wakeup();
      join(10_000);
    }
  }

  private Groups() {}
}
