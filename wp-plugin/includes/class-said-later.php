<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Something that the next page in wp-admin is to tell a person, once. Kept with the person (user meta), which WordPress has
 * read for every page anyway: a page with nothing to say costs no query.
 */
final class Said_Later
{
    public const META = 'tayang_said';
    /** Older news would puzzle more than it tells. */
    private const KEPT_S = HOUR_IN_SECONDS;

    /** Keeps `$value` for the present user under a name; a later one replaces it. */
    public static function keep(string $name, mixed $value): void
    {
        $user = get_current_user_id();
        if ($user) {
            $said = [$name => ['value' => $value, 'at' => time()]] + self::all($user);
            update_user_meta($user, self::META, wp_slash($said));
        }
    }

    /** What is kept for the present user under a name, or null. */
    public static function look(string $name): mixed
    {
        $one = self::all(get_current_user_id())[$name] ?? null;
        return $one && $one['at'] > time() - self::KEPT_S ? $one['value'] : null;
    }

    /** As `look`; it is not told again. */
    public static function take(string $name): mixed
    {
        $user = get_current_user_id();
        $value = self::look($name);
        $left = self::all($user);
        if (isset($left[$name])) {
            unset($left[$name]);
            $left ? update_user_meta($user, self::META, wp_slash($left)) : delete_user_meta($user, self::META);
        }
        return $value;
    }

    /** @return array<string, array{value: mixed, at: int}> */
    private static function all(int $user): array
    {
        $all = $user ? get_user_meta($user, self::META, true) : [];
        return is_array($all) ? $all : [];
    }
}
