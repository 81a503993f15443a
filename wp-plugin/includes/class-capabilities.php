<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * SOP roles of people (user meta `tayang_roles`), their division and who acts for them, told to the sidecar whenever they
 * change; and the robot's role. SOP roles are no WordPress roles: a Contributor is enough for every part in the SOP.
 */
final class Capabilities
{
    public const META = 'tayang_roles';
    public const DIVISION = 'tayang_division';
    public const ROBOT = 'tayang_sidecar';

    /** @var array<int, array<int, array<string, mixed>>> People to tell the sidecar about at the end, by site of the network. */
    private array $changed = [];

    public function __construct(private readonly Sidecar_Client $sidecar)
    {
    }

    public function register(): void
    {
        foreach (['added', 'updated', 'deleted'] as $verb) {
            add_action("{$verb}_user_meta", [$this, 'on_meta'], 10, 3);
        }
        foreach (['profile_update', 'set_user_role'] as $hook) {
            add_action($hook, [$this, 'on_user']);
        }
        add_action('delete_user', [$this, 'on_delete']);
        add_action('remove_user_from_blog', [$this, 'on_delete']);
        add_action('shutdown', [$this, 'flush']);
    }

    /** @return array<int, string> Keys of the SOP roles that a person holds here. */
    public static function roles_of(int $user_id): array
    {
        if ($user_id === 0 || !is_user_member_of_blog($user_id)) {
            return [];
        }
        return array_values(array_filter((array) get_user_meta($user_id, self::key(self::META), true)));
    }

    /** The division of the office that a person belongs to; empty for none. */
    public static function division_of(int $user_id): string
    {
        return (string) get_user_meta($user_id, self::key(self::DIVISION), true);
    }

    /** Whether a person has a part in this office's SOP: by a role, or as the acting officer of somebody who has one. */
    public static function has_part(int $user_id): bool
    {
        return self::roles_of($user_id) !== [] || Delegations::acts_for_somebody($user_id);
    }

    /** Whether a person may look at cases without any part (Settings::viewer_roles). */
    public static function is_viewer(int $user_id): bool
    {
        $roles = Plugin::instance()->settings->viewer_roles();
        return $roles !== [] && array_intersect($roles, get_userdata($user_id)->roles ?? []) !== [];
    }

    /**
     * The key under which a user meta of this office is stored. People are shared by all sites of a network, parts in an
     * SOP are not: other sites than the main one have keys of their own.
     */
    public static function key(string $meta): string
    {
        global $wpdb;
        return is_main_site() ? $meta : $wpdb->get_blog_prefix() . $meta;
    }

    /** The robot's role: reads, uploads, and may call the sidecar's routes; nothing else. */
    public static function add_robot_role(): void
    {
        add_role(self::ROBOT, 'Tayang', ['read' => true, 'upload_files' => true, self::ROBOT => true]);
    }

    /** @param int|array<int, int> $meta_ids */
    public function on_meta(mixed $meta_ids, int $user_id, string $key): void
    {
        if (!in_array($key, array_map([self::class, 'key'], [self::META, self::DIVISION, Delegations::META]), true)) {
            return;
        }
        Delegations::forget();
        // The sidecar must know the substitutes too, who may have no role of their own.
        foreach ([$user_id, ...array_column(Delegations::open($user_id), 'to')] as $id) {
            $this->changed[get_current_blog_id()][(int) $id] = self::person((int) $id);
        }
    }

    /** Name, address and language of those who have a part in the SOP. */
    public function on_user(int $user_id): void
    {
        if (self::is_known($user_id)) {
            $this->changed[get_current_blog_id()][$user_id] = self::person($user_id);
        }
    }

    /** Who leaves has no part any more. */
    public function on_delete(int $user_id): void
    {
        if (self::is_known($user_id)) {
            $this->changed[get_current_blog_id()][$user_id] = ['roles' => [], 'delegations' => []] + self::person($user_id);
        }
    }

    /** Tells each site's sidecar what changed in this request. What fails is told by the hourly list of all. */
    public function flush(): bool|\WP_Error
    {
        $told = true;
        foreach (array_filter(array_map('array_filter', $this->changed)) as $blog => $people) {
            $is_elsewhere = $blog !== get_current_blog_id();
            if ($is_elsewhere) {
                switch_to_blog($blog);
            }
            $sent = $this->send(array_values($people), false);
            $told = is_wp_error($sent) ? $sent : $told;
            if ($is_elsewhere) {
                restore_current_blog();
            }
        }
        $this->changed = [];
        return $told;
    }

    /** Tells the sidecar everybody who has a part; all others lose theirs. */
    public function sync_all(): bool|\WP_Error
    {
        unset($this->changed[get_current_blog_id()]);
        return $this->send(self::people(), true);
    }

    /** @return array<int, array<string, mixed>> */
    public static function people(): array
    {
        $ids = get_users(['meta_key' => self::key(self::META), 'fields' => 'ID', 'orderby' => 'ID']);
        $people = [];
        foreach ($ids as $id) {
            if (self::roles_of((int) $id)) {
                foreach ([$id, ...array_column(Delegations::open((int) $id), 'to')] as $known) {
                    $people[(int) $known] ??= self::person((int) $known);
                }
            }
        }
        ksort($people);
        return array_values(array_filter($people));
    }

    /** Whether the sidecar knows this person. */
    private static function is_known(int $user_id): bool
    {
        return get_user_meta($user_id, self::key(self::META), true) || Delegations::received($user_id);
    }

    /** @return array<string, mixed> Empty for somebody who is no user any more. */
    private static function person(int $user_id): array
    {
        $user = get_userdata($user_id);
        return $user ? [
            'id' => $user_id,
            'login' => $user->user_login,
            'name' => $user->display_name,
            'email' => $user->user_email,
            'locale' => get_user_locale($user),
            'roles' => self::roles_of($user_id),
            'division' => self::division_of($user_id),
            'delegations' => array_map(static fn(array $one): array => [
                'to_person' => (int) $one['to'],
                'starts_at' => $one['starts_at'],
                'ends_at' => $one['ends_at'],
                'kind' => $one['kind'],
            ], Delegations::open($user_id)),
        ] : [];
    }

    /** @param array<int, array<string, mixed>> $people */
    private function send(array $people, bool $complete): bool|\WP_Error
    {
        $answer = $this->sidecar->post('people', ['people' => $people, 'complete' => $complete]);
        return is_wp_error($answer) ? $answer : true;
    }
}
