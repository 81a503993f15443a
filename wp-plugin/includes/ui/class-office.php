<?php

namespace Tayang\Ui;

use Tayang\Capabilities;
use Tayang\Plugin;
use Tayang\Sop;

defined('ABSPATH') || exit;

/**
 * What the screens ask about this office: its procedures, roles, channels, cards, and which people hold which role.
 * Reads only what is stored in WordPress (option tayang_sop, user meta tayang_roles), so no screen waits for the network.
 */
final class Office
{
    /** For looking at cases; Tayang\Access gives it to holders of an SOP role and to administrators. */
    public const CAPABILITY = 'tayang_see_cases';

    /** @return array<int, array<string, mixed>> */
    public static function procedures(): array
    {
        return self::sop()->procedures();
    }

    /** @return array<int, string> Post types that run under a procedure. */
    public static function post_types(): array
    {
        return self::sop()->governed_types();
    }

    /**
     * @param array<string, mixed> $procedure
     * @return array<int, array{key: string, name: string}> Its occasions, in the reader's language.
     */
    public static function occasions(array $procedure): array
    {
        return array_map(
            fn($occasion) => ['key' => $occasion['key'], 'name' => Sop::text($occasion['name'])],
            $procedure['occasions'] ?? []
        );
    }

    /** @return array<string, string> Role names by key. */
    public static function roles(): array
    {
        $roles = [];
        foreach (self::sop()->data()['roles'] ?? [] as $role) {
            $roles[$role['key']] = Sop::text($role['name']);
        }
        return $roles;
    }

    /** @return array<int, string> Keys of the SOP roles that a person holds. */
    public static function roles_of(int $user_id): array
    {
        return Capabilities::roles_of($user_id);
    }

    /** @return array<int, array{id: int, name: string}> People who hold a role, by name. */
    public static function holders(string $role): array
    {
        $query = ['meta_key' => Capabilities::key(Capabilities::META), 'meta_compare' => 'EXISTS', 'orderby' => 'display_name', 'number' => 500];
        $people = [];
        foreach (get_users($query) as $user) {
            if (in_array($role, self::roles_of($user->ID), true)) {
                $people[] = ['id' => $user->ID, 'name' => $user->display_name];
            }
        }
        return $people;
    }

    /** @return array<int, array{key: string, kind: string, name: string, account: string, limits: array<string, mixed>}> */
    public static function channels(): array
    {
        return array_map(fn($channel) => [
            'key' => $channel['key'],
            'kind' => $channel['kind'],
            'name' => self::network($channel['kind']),
            'account' => (string) ($channel['account'] ?? ''),
            // An older sidecar tells only what is left for the caption.
            'limits' => $channel['limits'] ?? ['max_characters' => (int) ($channel['max_characters'] ?? 0)],
        ], self::sop()->data()['channels'] ?? []);
    }

    /** The name of a network, as it writes itself. */
    public static function network(string $kind): string
    {
        return $kind === 'facebook' ? 'Facebook' : ucfirst($kind);
    }

    /** @return array<int, array<string, mixed>> Card designs with their names in the reader's language. */
    public static function cards(): array
    {
        return array_map(fn($card) => [
            'key' => $card['key'],
            'name' => Sop::text($card['name']),
            'occasions' => array_values($card['occasions'] ?? []),
            'fields' => array_map(fn($field) => [
                'key' => $field['key'],
                'label' => Sop::text($field['label']),
                'required' => !empty($field['required']),
            ], $card['fields'] ?? []),
        ], self::sop()->data()['cards'] ?? []);
    }

    /** @return array<string, mixed> The mirror of a post's case (of a working copy: its public post's); empty without one. */
    public static function mirror(int $post_id): array
    {
        return Plugin::instance()->cases->get($post_id) ?? [];
    }

    /** May this person look at cases at all; with a post: at its case. */
    public static function may_look(int $post_id = 0): bool
    {
        return $post_id && self::mirror($post_id)
            ? current_user_can('tayang_see_case', $post_id)
            : current_user_can(self::CAPABILITY);
    }

    /** What to ask the sidecar for: `all` cases of the office, or the person's `own` (Settings::visibility). */
    public static function scope(): string
    {
        $all = Plugin::instance()->settings->visibility() === 'office' || current_user_can('manage_options');
        return $all ? 'all' : 'own';
    }

    /** @return array<int, array{id: int, name: string}> Everybody with a role in the SOP, by name. */
    public static function people(): array
    {
        $people = [];
        foreach (get_users(['meta_key' => Capabilities::key(Capabilities::META), 'orderby' => 'display_name', 'number' => 500]) as $user) {
            if (self::roles_of($user->ID)) {
                $people[] = ['id' => $user->ID, 'name' => $user->display_name];
            }
        }
        return $people;
    }

    /** Address of a case's page. */
    public static function case_url(int $post_id): string
    {
        return admin_url('admin.php?page=tayang-case&post=' . $post_id);
    }

    /** A time of the sidecar (ISO 8601) in the office's zone, with the zone's name. */
    public static function moment(string $iso): string
    {
        $time = $iso === '' ? false : strtotime($iso);
        return $time === false ? '' : wp_date('j M Y, H.i T', $time);
    }

    /** @return array{bool, string} Whether a time of the sidecar is past, and in words how long it is or was until then. */
    public static function left(string $iso): array
    {
        $time = $iso === '' ? false : strtotime($iso);
        if ($time === false) {
            return [false, ''];
        }
        $late = $time < time();
        /* translators: %s: a span of time, such as "12 min" */
        $text = $late ? __('Late by %s', 'tayang') : __('%s left', 'tayang');
        return [$late, sprintf($text, self::span(abs($time - time())))];
    }

    /** A span of time in its two largest units, as assets/time.js says it. */
    private static function span(int $seconds): string
    {
        $minutes = (int) round($seconds / 60);
        $hours = intdiv($minutes, 60);
        return match (true) {
            /* translators: %d: seconds */
            $seconds < 60 => sprintf(__('%d s', 'tayang'), $seconds),
            /* translators: %d: minutes */
            $minutes < 60 => sprintf(__('%d min', 'tayang'), $minutes),
            /* translators: 1: hours, 2: minutes */
            $hours < 24 => sprintf(__('%1$d h %2$d min', 'tayang'), $hours, $minutes % 60),
            /* translators: 1: days, 2: hours */
            default => sprintf(__('%1$d d %2$d h', 'tayang'), intdiv($hours, 24), $hours % 24),
        };
    }

    private static function sop(): Sop
    {
        return Plugin::instance()->sop;
    }
}
