<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * SOP roles of people (user meta `tayang_roles`), told to the sidecar whenever they change; and the robot's role.
 * SOP roles are no WordPress roles: a Contributor is enough for every part in the SOP.
 */
final class Capabilities
{
    public const META = 'tayang_roles';
    public const ROBOT = 'tayang_sidecar';

    /** @var array<int, array<string, mixed>> People to tell the sidecar about at the end of the request. */
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
        return array_values(array_filter((array) get_user_meta($user_id, self::META, true)));
    }

    /** The robot's role: reads, uploads, and may call the sidecar's routes; nothing else. */
    public static function add_robot_role(): void
    {
        add_role(self::ROBOT, 'Tayang', ['read' => true, 'upload_files' => true, self::ROBOT => true]);
    }

    /** @param int|array<int, int> $meta_ids */
    public function on_meta(mixed $meta_ids, int $user_id, string $key): void
    {
        if ($key === self::META) {
            $this->changed[$user_id] = self::person($user_id);
        }
    }

    /** Name, address and language of those who have a part in the SOP. */
    public function on_user(int $user_id): void
    {
        if (get_user_meta($user_id, self::META, true)) {
            $this->changed[$user_id] = self::person($user_id);
        }
    }

    /** Who leaves has no part any more. */
    public function on_delete(int $user_id): void
    {
        if (get_user_meta($user_id, self::META, true)) {
            $this->changed[$user_id] = ['roles' => []] + self::person($user_id);
        }
    }

    /** Tells what changed in this request. What fails is told by the hourly list of all. */
    public function flush(): bool|\WP_Error
    {
        $people = array_values(array_filter($this->changed));
        $this->changed = [];
        return $people ? $this->send($people, false) : true;
    }

    /** Tells the sidecar everybody who has a part; all others lose theirs. */
    public function sync_all(): bool|\WP_Error
    {
        $this->changed = [];
        return $this->send(self::people(), true);
    }

    /** @return array<int, array<string, mixed>> */
    public static function people(): array
    {
        $ids = get_users(['meta_key' => self::META, 'fields' => 'ID', 'orderby' => 'ID']);
        $people = array_map(static fn($id): array => self::person((int) $id), $ids);
        return array_values(array_filter($people, static fn(array $person): bool => $person['roles'] !== []));
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
        ] : [];
    }

    /** @param array<int, array<string, mixed>> $people */
    private function send(array $people, bool $complete): bool|\WP_Error
    {
        $answer = $this->sidecar->post('people', ['people' => $people, 'complete' => $complete]);
        return is_wp_error($answer) ? $answer : true;
    }
}
