<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Personal data: what WordPress's own tools export and erase of what the plugin keeps, and the paragraph that it suggests
 * for the office's privacy policy. The sidecar's audit trail is a record of official decisions and is not erased here.
 */
final class Privacy
{
    private const PER_PAGE = 100;

    public function register(): void
    {
        add_filter('wp_privacy_personal_data_exporters', [$this, 'exporters']);
        add_filter('wp_privacy_personal_data_erasers', [$this, 'erasers']);
        add_action('admin_init', [$this, 'suggest']);
    }

    /**
     * @param array<string, array<string, mixed>> $exporters
     * @return array<string, array<string, mixed>>
     */
    public function exporters(array $exporters): array
    {
        return $exporters + ['tayang' => ['exporter_friendly_name' => 'Tayang', 'callback' => [$this, 'export']]];
    }

    /**
     * @param array<string, array<string, mixed>> $erasers
     * @return array<string, array<string, mixed>>
     */
    public function erasers(array $erasers): array
    {
        return $erasers + ['tayang' => ['eraser_friendly_name' => 'Tayang', 'callback' => [$this, 'erase']]];
    }

    /** @return array{data: array<int, array<string, mixed>>, done: bool} */
    public function export(string $email, int $page = 1): array
    {
        $user = get_user_by('email', $email);
        if (!$user) {
            return ['data' => [], 'done' => true];
        }
        $posts = $this->posts_of($user->ID, $page);
        $data = $page === 1 ? $this->about_the_person($user->ID) : [];
        foreach ($posts as $post_id) {
            $case = (array) get_post_meta($post_id, Case_Mirror::META, true);
            $data[] = $this->item("case-$post_id", __('Tayang: cases with a part of this person', 'tayang'), [
                __('Title', 'tayang') => get_the_title($post_id),
                __('Acts now', 'tayang') => (string) ($case['who'] ?? ''),
                __('A command that was not answered yet', 'tayang') => self::pending_of($post_id, $user->ID),
            ]);
        }
        return ['data' => $data, 'done' => count($posts) < self::PER_PAGE];
    }

    /** @return array{items_removed: int, items_retained: bool, messages: array<int, string>, done: bool} */
    public function erase(string $email, int $page = 1): array
    {
        $user = get_user_by('email', $email);
        $removed = $user ? $this->erase_parts($user->ID) + $this->erase_pending($user->ID) : 0;
        $stays = $user && $this->posts_of($user->ID, 1) !== [];
        return [
            'items_removed' => $removed,
            'items_retained' => $stays,
            'messages' => $stays ? [__('Tayang: roles, division and delegations were removed. Decisions that this person took stay in the audit trail of the Tayang server, as records of an office must; the office’s archivist decides how long.', 'tayang')] : [],
            'done' => true,
        ];
    }

    public function suggest(): void
    {
        wp_add_privacy_policy_content('Tayang', wp_kses_post(
            '<p class="privacy-policy-tutorial">' . esc_html__('Staff only: visitors of the website leave nothing in Tayang.', 'tayang') . '</p><p>'
            . esc_html__('For the work under our SOP we keep which roles and which division staff have, who acts for whom and when, and who wrote, checked and approved what. Names, e-mail addresses and languages of these people and the content of submitted posts are sent to the Tayang server of our office; it mails them their tasks and keeps an audit trail of decisions. Published posts go to the office’s own accounts on social media. Nothing is sent to anybody else.', 'tayang') . '</p>'
        ));
    }

    /** @return array<int, array<string, mixed>> */
    private function about_the_person(int $user_id): array
    {
        $sop = Plugin::instance()->sop;
        $group = __('Tayang: part in the SOP', 'tayang');
        $data = [$this->item('roles', $group, [
            __('Roles in the SOP', 'tayang') => implode(', ', array_map([$sop, 'role_name'], Capabilities::roles_of($user_id))),
            __('Division', 'tayang') => Capabilities::division_of($user_id),
            __('An assignment that was not answered yet', 'tayang') => get_user_meta($user_id, Case_Commands::ASSIGNMENT, true) ? __('yes', 'tayang') : '',
        ])];
        foreach ([...Delegations::of($user_id), ...Delegations::received($user_id)] as $number => $one) {
            $data[] = $this->item("delegation-$number", $group, [
                __('Acting officer', 'tayang') => Delegations::kind_name($one['kind']) . ' ' . self::name((int) $one['to']),
                __('Acts for', 'tayang') => self::name((int) ($one['from'] ?? $user_id)),
                __('From – to', 'tayang') => wp_date('j M Y', strtotime($one['starts_at'])) . ' – ' . Delegations::last_day($one['ends_at']),
                __('Reason', 'tayang') => (string) $one['reason'],
                __('Entered by', 'tayang') => self::name((int) $one['by']),
            ]);
        }
        return array_values(array_filter($data, static fn(array $item): bool => $item['data'] !== []));
    }

    /** Also takes the person out of what others handed over. Returns how many things were removed. */
    private function erase_parts(int $user_id): int
    {
        $removed = 0;
        foreach ([Capabilities::META, Capabilities::DIVISION, Delegations::META] as $meta) {
            $removed += (int) (get_user_meta($user_id, Capabilities::key($meta), true) && delete_user_meta($user_id, Capabilities::key($meta)));
        }
        $removed += (int) (get_user_meta($user_id, Case_Commands::ASSIGNMENT, true) && delete_user_meta($user_id, Case_Commands::ASSIGNMENT));
        return $removed + Delegations::forget_person($user_id);
    }

    private function erase_pending(int $user_id): int
    {
        $removed = 0;
        foreach ($this->all_posts_of($user_id) as $post_id) {
            $pending = get_post_meta($post_id, Case_Commands::PENDING, true);
            if (is_array($pending) && isset($pending[$user_id])) {
                unset($pending[$user_id]);
                $pending ? update_post_meta($post_id, Case_Commands::PENDING, $pending) : delete_post_meta($post_id, Case_Commands::PENDING);
                $removed++;
            }
        }
        return $removed;
    }

    /** @return array<int, int> */
    private function all_posts_of(int $user_id): array
    {
        $all = [];
        for ($page = 1; $found = $this->posts_of($user_id, $page); $page++) {
            $all = [...$all, ...$found];
        }
        return $all;
    }

    /** @return array<int, int> Posts in whose case the person could act. */
    private function posts_of(int $user_id, int $page): array
    {
        global $wpdb;
        return array_map('intval', $wpdb->get_col($wpdb->prepare(
            "SELECT post_id FROM $wpdb->postmeta WHERE meta_key = %s AND meta_value = %s ORDER BY post_id LIMIT %d, %d",
            Parts::META,
            (string) $user_id,
            ($page - 1) * self::PER_PAGE,
            self::PER_PAGE
        )));
    }

    /** The name of a command that this person gave and that nobody answered; '' for none. */
    private static function pending_of(int $post_id, int $user_id): string
    {
        $pending = get_post_meta($post_id, Case_Commands::PENDING, true);
        return is_array($pending) ? (string) ($pending[$user_id]['command'] ?? '') : '';
    }

    /**
     * @param array<string, string> $values
     * @return array<string, mixed>
     */
    private function item(string $id, string $group, array $values): array
    {
        $data = [];
        foreach (array_filter($values, static fn(string $value): bool => $value !== '') as $name => $value) {
            $data[] = ['name' => $name, 'value' => esc_html($value)];
        }
        return ['group_id' => 'tayang-' . strtok($id, '-'), 'group_label' => $group, 'item_id' => "tayang-$id", 'data' => $data];
    }

    private static function name(int $user_id): string
    {
        return (string) (get_userdata($user_id)->display_name ?? '?');
    }
}
