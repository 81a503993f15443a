<?php

/**
 * Must-use plugin of the attack suite, copied into a test instance for the time of the tests. For requests that carry its
 * token it makes posts in any state of the SOP, listens to what other plugins would hear, and shows rows as they are stored;
 * it can run one request as if Tayang were off, or without one of its guards.
 */

const TAYANG_TEST_EVENTS = WP_CONTENT_DIR . '/tayang-test-events.jsonl';
const TAYANG_TEST_GUARDS = [
    'row' => [['wp_insert_post_data', 'guard_row']],
    'rest' => [['rest_api_init', 'register_rest_guards']],
    'capabilities' => [['map_meta_cap', 'map']],
    'late' => [['publish_future_post', 'stop_schedule'], ['transition_post_status', 'take_back']],
    'trash' => [['pre_trash_post', 'guard_trash'], ['pre_delete_post', 'guard_trash'], ['wp_untrash_post_status', 'untrashed_status']],
    'meta' => [['add_post_metadata', 'guard_meta'], ['update_post_metadata', 'guard_meta'], ['delete_post_metadata', 'guard_meta']],
    'terms' => [['added_term_relationship', 'take_off'], ['deleted_term_relationships', 'put_back']],
];

if (!hash_equals('@TOKEN@', $_SERVER['HTTP_X_TAYANG_TEST'] ?? '')) {
    return;
}

$tayang_test_without = array_filter(explode(',', $_SERVER['HTTP_X_TAYANG_TEST_WITHOUT'] ?? ''));
if ($tayang_test_without === ['plugin']) {
    add_filter('option_active_plugins', static fn($plugins) => array_diff((array) $plugins, ['tayang/tayang.php']));
}
// Pages are governed as well in these tests.
add_filter('tayang_governed_post_types', static fn(array $types): array => [...$types, 'page']);
add_filter('xmlrpc_enabled', '__return_true');
// The reconcile job would mend what a mutation let through before the tests look.
add_filter('option_tayang_reconciled_at', static fn(): int => time());

/** Takes guards away, by hook and method. */
add_action('plugins_loaded', static function () use ($tayang_test_without): void {
    foreach ($tayang_test_without as $guard) {
        foreach (TAYANG_TEST_GUARDS[$guard] ?? [] as [$hook, $method]) {
            foreach ($GLOBALS['wp_filter'][$hook]->callbacks ?? [] as $priority => $callbacks) {
                foreach ($callbacks as $callback) {
                    $function = $callback['function'];
                    if (is_array($function) && is_object($function[0]) && str_starts_with(get_class($function[0]), 'Tayang\\') && $function[1] === $method) {
                        remove_filter($hook, $function, $priority);
                    }
                }
            }
        }
    }
}, PHP_INT_MAX);

// ---- what other plugins hear -----------------------------------------------------------------------------------------

function tayang_test_hear(string $event, int $post_id, string $what = ''): void
{
    if (empty($GLOBALS['tayang_test_quiet'])) {
        $line = wp_json_encode(['event' => $event, 'post' => $post_id, 'what' => $what]);
        file_put_contents(TAYANG_TEST_EVENTS, "$line\n", FILE_APPEND | LOCK_EX);
    }
}

function tayang_test_is_public(string $status): bool
{
    return in_array($status, ['publish', 'private', 'future'], true);
}

foreach ([PHP_INT_MIN, 0, 10, PHP_INT_MAX] as $tayang_test_priority) {
    add_action('transition_post_status', static function ($new, $old, $post) use ($tayang_test_priority): void {
        $is_ours = in_array($post->post_type, ['post', 'page', 'tayang_greeting'], true);
        if ($is_ours && $new !== $old && tayang_test_is_public($new)) {
            tayang_test_hear("transition $tayang_test_priority", $post->ID, "$old-$new");
        }
        if ($is_ours && $new !== $old && $new === 'publish') {
            // The two further actions of this transition: `{old}_to_{new}` and `{new}_{type}`.
            foreach (["{$old}_to_publish", "publish_{$post->post_type}"] as $hook) {
                add_action($hook, static fn($post) => tayang_test_hear($hook, (int) ($post->ID ?? $post)));
            }
        }
    }, $tayang_test_priority, 3);
}
foreach (['save_post', 'wp_after_insert_post'] as $tayang_test_hook) {
    add_action($tayang_test_hook, static function ($id, $post, $update, $before = null) use ($tayang_test_hook): void {
        $was = $before instanceof WP_Post ? $before->post_status : ($GLOBALS['tayang_test_was'][$id] ?? '');
        $is_ours = in_array($post->post_type, ['post', 'page', 'tayang_greeting'], true);
        if ($is_ours && tayang_test_is_public($post->post_status) && !tayang_test_is_public($was)) {
            tayang_test_hear($tayang_test_hook, $id, $post->post_status);
        }
    }, 10, $tayang_test_hook === 'save_post' ? 3 : 4);
}
add_action('pre_post_update', static fn($id) => $GLOBALS['tayang_test_was'][$id] ??= get_post_status($id), PHP_INT_MIN);
add_filter('wp_mail', static function ($mail) {
    tayang_test_hear('wp_mail', 0, (string) $mail['subject']);
    return $mail;
});
add_filter('pre_http_request', static function ($answer, $args, $url) {
    // The site itself (its clock, its look whether https works) and the office's own Tayang server are not outside.
    $place = static fn(string $address): string => wp_parse_url($address, PHP_URL_HOST) . ':' . wp_parse_url($address, PHP_URL_PORT);
    $sidecar = (get_option('tayang_settings') ?: [])['sidecar_url'] ?? '';
    if (!in_array($place($url), [$place(home_url()), $place($sidecar)], true)) {
        tayang_test_hear('http', 0, $url);
    }
    return $answer;
}, 10, 3);
add_filter('schedule_event', static function ($event) {
    if ($event && $event->hook === 'do_pings') {
        tayang_test_hear('do_pings', 0);
    }
    return $event;
});

// ---- what the tests ask ----------------------------------------------------------------------------------------------

add_action('init', static function (): void {
    $ask = $_GET['tayang_test'] ?? '';
    if ($ask === '') {
        return;
    }
    $GLOBALS['tayang_test_quiet'] = true;
    $body = json_decode((string) file_get_contents('php://input'), true) ?: [];
    try {
        $answer = match ($ask) {
            'make' => array_map('tayang_test_make', $body['posts']),
            'inspect' => tayang_test_inspect($body),
            'nonces' => array_combine($body['actions'], array_map('wp_create_nonce', $body['actions'])),
            'mailbox' => tayang_test_mailbox((int) $body['port']),
            'picture' => tayang_test_picture(),
            'theme' => get_stylesheet(),
            'clean' => tayang_test_clean(),
        };
    } catch (Throwable $error) {
        status_header(500);
        $answer = ['error' => (string) $error];
    }
    nocache_headers();
    header('Content-Type: application/json');
    echo wp_json_encode($answer);
    exit;
}, 999);

/**
 * One post of `user` in `state`, with a category, a picture and an older version.
 *
 * @param array{user: int, writer: int, state: string, prepare: string, tag: string, picture: int} $spec
 */
function tayang_test_make(array $spec): array
{
    global $wpdb;
    kses_remove_filters();
    $title = "Asli {$spec['tag']}";
    $id = wp_insert_post([
        'post_title' => $title, 'post_content' => 'Isi asli.', 'post_excerpt' => 'Ringkas.', 'post_status' => 'draft',
        'post_author' => $spec['user'], 'post_type' => $spec['type'] ?? 'post',
    ]);
    $wpdb->update($wpdb->posts, ['post_date' => '2026-01-05 09:00:00', 'post_name' => sanitize_title($title)], ['ID' => $id]);
    clean_post_cache($id);
    wp_set_object_terms($id, [(int) get_option('default_category')], 'category');
    update_post_meta($id, '_thumbnail_id', $spec['picture']);
    update_post_meta($id, '_tayang_test', 1);
    $older = _wp_put_post_revision(['post_title' => "Serangan {$spec['tag']}", 'post_content' => 'Versi lama.'] + get_post($id)->to_array());
    tayang_test_bring($id, $spec);
    return ['id' => $id, 'revision' => $older] + tayang_test_row($id);
}

function tayang_test_bring(int $id, array $spec): void
{
    global $wpdb;
    $at = static fn(int $no, array $may_edit = []) => tayang_test_case($id, $no, ['may_edit' => $may_edit, 'may_act' => $may_edit]);
    $raw = static function (array $columns) use ($id): void {
        $GLOBALS['wpdb']->update($GLOBALS['wpdb']->posts, $columns, ['ID' => $id]);
        clean_post_cache($id);
    };
    match ($spec['state']) {
        'none' => null,
        'auto' => $raw(['post_status' => 'auto-draft']),
        'public' => $raw(['post_status' => 'publish', 'post_date_gmt' => '2026-01-05 02:00:00']),
        'mine' => $at(3, [$spec['user']]),
        'work' => $at(3, [$spec['writer']]),
        'decide' => $at(4),
        'publishing' => tayang_test_case($id, 10, ['state' => 'publishing']),
        'published' => tayang_test_publish($id),
        'correcting' => tayang_test_correct($id),
    };
    match ($spec['prepare'] ?? '') {
        '' => null,
        'trashed' => $raw(['post_status' => 'trash']),
        // As an import, or a plugin that was there before, may leave a row: its time has come.
        'overdue' => $raw(['post_status' => 'future', 'post_date' => '2026-01-05 09:00:00', 'post_date_gmt' => '2026-01-05 02:00:00']),
        'due' => $raw(['post_status' => 'future', 'post_date' => '2026-01-05 09:00:00', 'post_date_gmt' => '2026-01-05 02:00:00'])
            ?? wp_schedule_single_event(time() - 60, 'publish_future_post', [$id]),
    };
}

/** The mirror as the sidecar would send it. */
function tayang_test_case(int $id, int $no, array $changes = []): void
{
    $case = $changes + [
        'case_id' => "test-$id", 'post_id' => $id, 'revision' => $no, 'status' => "tyg_pemberitaan_$no", 'state' => 'open',
        'activity_no' => $no, 'activity_name' => "Kegiatan $no", 'role' => 'kasubbag', 'role_name' => 'Kasubbag', 'may_act' => [],
        'may_edit' => [], 'who' => 'Kasubbag: Rina', 'due_at' => null, 'content_sha256' => '', 'url' => '', 'corrects' => '', 'as_of' => '',
    ];
    $applied = Tayang\Plugin::instance()->cases->apply($case);
    if ($applied !== true) {
        throw new RuntimeException(is_wp_error($applied) ? $applied->get_error_message() : "case of post $id not applied");
    }
}

function tayang_test_publish(int $id): void
{
    tayang_test_case($id, 10, ['state' => 'publishing']);
    $plugin = Tayang\Plugin::instance();
    $done = $plugin->publisher->publish([
        'case_id' => "test-$id", 'post_id' => $id, 'revision' => 10, 'visible' => true,
        'content_sha256' => Tayang\Content::digest($plugin->content->build(get_post($id))),
    ]);
    if (is_wp_error($done)) {
        throw new RuntimeException($done->get_error_message());
    }
    tayang_test_case($id, 10, ['state' => 'published', 'status' => 'publish', 'revision' => 11]);
}

/** A public post whose correction stands at a deciding step. */
function tayang_test_correct(int $id): void
{
    tayang_test_publish($id);
    tayang_test_case($id, 4, ['case_id' => "correction-$id", 'corrects' => "test-$id", 'revision' => 1]);
}

function tayang_test_row(int $id): array
{
    global $wpdb;
    $row = $wpdb->get_row($wpdb->prepare("SELECT post_type, post_status, post_title, post_content, post_excerpt, post_name, post_date,
        post_author, post_password FROM $wpdb->posts WHERE ID = %d", $id), ARRAY_A);
    $terms = $wpdb->get_col($wpdb->prepare("SELECT term_taxonomy_id FROM $wpdb->term_relationships WHERE object_id = %d ORDER BY 1", $id));
    $picture = $wpdb->get_var($wpdb->prepare("SELECT meta_value FROM $wpdb->postmeta WHERE post_id = %d AND meta_key = '_thumbnail_id'", $id));
    return ['row' => $row ? $row + ['terms' => implode(',', $terms), 'picture' => (string) $picture] : null];
}

/** Rows as they are, what was heard since the last call, and everything public that bears one of the tags. */
function tayang_test_inspect(array $body): array
{
    global $wpdb;
    $rows = [];
    foreach ($body['ids'] as $id) {
        $rows[$id] = tayang_test_row((int) $id)['row'];
    }
    $public = $wpdb->get_results("SELECT ID AS id, post_title AS title, post_status AS status, post_content AS content FROM $wpdb->posts
        WHERE post_type NOT IN ('revision', 'attachment') AND post_status IN ('publish', 'private', 'future')
        AND (post_title LIKE '%Serangan%' OR post_content LIKE '%Serangan%')", ARRAY_A);
    $lines = is_file(TAYANG_TEST_EVENTS) ? file(TAYANG_TEST_EVENTS, FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES) : [];
    file_put_contents(TAYANG_TEST_EVENTS, '');
    $notices = [];
    foreach ($body['users'] ?? [] as $user) {
        $said = get_user_meta((int) $user, 'tayang_said', true);
        $notices[$user] = $said['refusals']['value'] ?? [];
        delete_user_meta((int) $user, 'tayang_said');
    }
    return ['rows' => (object) $rows, 'public' => $public, 'notices' => (object) $notices,
        'heard' => array_map(static fn($line) => json_decode($line, true), $lines)];
}

function tayang_test_mailbox(int $port): array
{
    foreach (['url' => '127.0.0.1', 'port' => $port, 'login' => 'pos', 'pass' => 'rahasia'] as $key => $value) {
        update_option("mailserver_$key", $value);
    }
    delete_transient('mailserver_last_checked');
    return ['port' => get_option('mailserver_port')];
}

function tayang_test_picture(): array
{
    $bytes = base64_decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==');
    $ids = [];
    foreach (['asli', 'serangan'] as $name) {
        $file = wp_upload_bits("$name.png", null, $bytes);
        $id = wp_insert_attachment(['post_mime_type' => 'image/png', 'post_title' => $name, 'post_status' => 'inherit'], $file['file']);
        update_post_meta($id, '_tayang_test', 1);
        $ids[] = $id;
    }
    return $ids;
}

/** Straight out of the tables: the gate would not let them go. */
function tayang_test_clean(): array
{
    global $wpdb;
    $ids = $wpdb->get_col("SELECT DISTINCT p.ID FROM $wpdb->posts p LEFT JOIN $wpdb->postmeta m ON m.post_id = p.ID
        WHERE m.meta_key = '_tayang_test' OR p.post_title LIKE 'Asli #%' OR p.post_title LIKE '%Serangan%' OR p.post_content LIKE '%Serangan%'");
    foreach ($ids as $id) {
        if (get_post_type($id) === 'attachment') {
            wp_delete_attachment((int) $id, true);
        }
        $wpdb->query($wpdb->prepare("DELETE FROM $wpdb->posts WHERE ID = %d OR post_parent = %d", $id, $id));
        $wpdb->query($wpdb->prepare("DELETE FROM $wpdb->postmeta WHERE post_id = %d", $id));
        $wpdb->query($wpdb->prepare("DELETE FROM $wpdb->term_relationships WHERE object_id = %d", $id));
        wp_clear_scheduled_hook('publish_future_post', [(int) $id]);
        clean_post_cache((int) $id);
    }
    delete_option('tayang_alarms');
    wp_cache_flush();
    @unlink(TAYANG_TEST_EVENTS);
    return ['cleaned' => count($ids)];
}
